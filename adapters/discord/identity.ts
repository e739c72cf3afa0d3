import { Routes } from 'discord.js';
import { z } from 'zod';

import { BridgeError } from '#port';

import { describeTrouble } from './outcome.ts';
import type { Answer, DiscordRest } from './rest.ts';

/** Who the bot is on Discord. */
export interface Identity {
  readonly botId: string;
  readonly name: string;
  readonly application: string;
}

const deadlineMs = 15_000;

/** @throws {BridgeError} `PLATFORM_TOKEN_REJECTED`, `PLATFORM_UNREACHABLE` */
export async function askIdentity(
  rest: DiscordRest,
  token: string,
  signal: AbortSignal,
): Promise<Identity> {
  if (token === '') throw tokenRejected('DISCORD_TOKEN is not set');
  // An HTTP header takes no others; a token of Discord's is made of letters, digits, . - and _.
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw tokenRejected('DISCORD_TOKEN holds spaces, line breaks or letters that no token has');
  }
  const [user, application] = await Promise.all([
    rest.send({ method: 'get', route: Routes.user(), deadlineMs, answer: userSchema }, signal),
    rest.send(
      { method: 'get', route: Routes.currentApplication(), deadlineMs, answer: applicationSchema },
      signal,
    ),
  ]);
  const { id: botId, username: name } = bodyOf(user, 'GET /users/@me');
  // A bot has the id of its application, unless both are older than August 2016.
  return { botId, name, application: application.kind === 'ok' ? application.body.id : botId };
}

/** The token without what is sometimes copied along. */
export function cleanToken(raw: string): string {
  return raw.trim().replace(/^Bot\s+/i, '');
}

export function tokenRejected(what: string): BridgeError {
  return new BridgeError(
    'PLATFORM_TOKEN_REJECTED',
    `${what}. Copy the bot's token anew (https://discord.com/developers/applications → the ` +
      'application → Bot → Reset Token), set DISCORD_TOKEN to it and start again.',
  );
}

const userSchema = z.object({ id: z.string().min(1), username: z.string() });
const applicationSchema = z.object({ id: z.string().min(1) });

function bodyOf<Body>(answer: Answer<Body>, request: string): Body {
  if (answer.kind === 'ok') return answer.body;
  if (answer.kind === 'unauthorized') {
    throw tokenRejected(`Discord does not accept DISCORD_TOKEN (401 for ${request})`);
  }
  throw new BridgeError(
    'PLATFORM_UNREACHABLE',
    `Discord could not be asked who the bot is (${request}: ${describeTrouble(answer)}). Check the ` +
      'network, DISCORD_API_URL, and https://discordstatus.com.',
    answer.kind === 'wait' ? { retryAfterMs: answer.afterMs } : {},
  );
}
