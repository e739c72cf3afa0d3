import type { Pings } from './entities.ts';

/** The `allowed_mentions` of a body, as Discord defines it. */
export interface AllowedMentions {
  readonly parse?: readonly string[] | undefined;
  readonly users?: readonly string[] | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly replied_user?: boolean | undefined;
}

export const nobody: Pings = { everyone: false, users: [], roles: [] };

/**
 * Whom a text pings. Without `allowed` everything that looks like a mention does, and so does the
 * author of the message that is replied to.
 */
export function pingsOf(
  content: string,
  allowed: AllowedMentions | undefined,
  repliedUserId: string | undefined,
): Pings {
  const parses = (kind: string) => allowed === undefined || (allowed.parse ?? []).includes(kind);
  const users = idsIn(content, /<@!?(\d{17,20})>/g).filter(
    (id) => parses('users') || (allowed?.users ?? []).includes(id),
  );
  const roles = idsIn(content, /<@&(\d{17,20})>/g).filter(
    (id) => parses('roles') || (allowed?.roles ?? []).includes(id),
  );
  const pingsReplied = allowed === undefined || allowed.replied_user === true;
  const replied = repliedUserId !== undefined && pingsReplied ? [repliedUserId] : [];
  return {
    everyone: parses('everyone') && /@(?:everyone|here)/.test(content),
    users: [...new Set([...users, ...replied])],
    roles,
  };
}

export function joinPings(one: Pings, other: Pings): Pings {
  return {
    everyone: one.everyone || other.everyone,
    users: [...new Set([...one.users, ...other.users])],
    roles: [...new Set([...one.roles, ...other.roles])],
  };
}

function idsIn(content: string, pattern: RegExp): string[] {
  return [...new Set([...content.matchAll(pattern)].map((match) => match[1] ?? ''))];
}
