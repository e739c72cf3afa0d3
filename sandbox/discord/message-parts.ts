import type { MessageBody } from './bodies.ts';
import type { SandboxMessage } from './entities.ts';
import type { MessageEdit } from './message-store.ts';
import { refusals } from './refusal.ts';
import type { Service } from './service.ts';
import { attachmentsOf } from './uploads.ts';

/** What a body, and the files that came with it, make of a new message. */
export async function newParts(body: MessageBody, raw: unknown, { ids }: Service) {
  return {
    content: body.content ?? '',
    allowedMentions: body.allowed_mentions ?? undefined,
    flags: body.flags ?? 0,
    embeds: body.embeds ?? [],
    components: body.components ?? [],
    attachments: await attachmentsOf(raw, ids),
  };
}

/** What a body changes of a message: null empties a field, a missing field stays. */
export async function changedParts(
  body: MessageBody,
  raw: unknown,
  before: SandboxMessage,
  { ids }: Service,
): Promise<MessageEdit> {
  const kept = body.attachments?.map(({ id }) => String(id));
  const stays = before.attachments.filter(({ id }) => kept?.includes(id) ?? true);
  return {
    content: body.content === null ? '' : body.content,
    allowedMentions: body.allowed_mentions ?? undefined,
    flags: body.flags ?? undefined,
    embeds: body.embeds === null ? [] : body.embeds,
    components: body.components === null ? [] : body.components,
    attachments: [...stays, ...(await attachmentsOf(raw, ids))],
  };
}

interface Reference {
  readonly message_id: string;
  readonly channel_id?: string | undefined;
  readonly fail_if_not_exists: boolean;
}

/**
 * The message that is replied to; none if it is gone and the body says that this does not matter.
 * @throws {Refusal} 50035
 */
export function repliedTo(
  service: Service,
  channelId: string,
  reference: Reference | null | undefined,
): string | undefined {
  if (reference === null || reference === undefined) return undefined;
  const replied = service.messages.find(reference.message_id);
  const isHere = replied?.channelId === channelId && !replied.ephemeral;
  if (isHere && (reference.channel_id ?? channelId) === channelId) return replied.id;
  if (!reference.fail_if_not_exists) return undefined;
  throw refusals.invalidBody({
    path: ['message_reference'],
    code: 'REPLIES_UNKNOWN_MESSAGE',
    message: 'Unknown message',
  });
}

interface PageQuery {
  readonly limit: number;
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly around?: string | undefined;
}

/** One page of messages that are given oldest first, as Discord gives it: newest first. */
export function page(
  messages: readonly SandboxMessage[],
  { limit, after, before, around }: PageQuery,
): SandboxMessage[] {
  const isBefore = (id: string, other: string) => BigInt(id) < BigInt(other);
  if (after !== undefined) {
    return messages
      .filter(({ id }) => isBefore(after, id))
      .slice(0, limit)
      .reverse();
  }
  if (before !== undefined) {
    return messages
      .filter(({ id }) => isBefore(id, before))
      .slice(-limit)
      .reverse();
  }
  if (around !== undefined) {
    const middle = messages.filter(({ id }) => isBefore(id, around)).length;
    const from = Math.max(0, middle - Math.floor(limit / 2));
    return messages.slice(from, from + limit).reverse();
  }
  return messages.slice(-limit).reverse();
}
