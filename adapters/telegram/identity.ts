import type { Api } from 'grammy';
import { z } from 'zod';

import { BridgeError } from '#port';

import { ask } from './bot-api.ts';

const deadlineMs = 10_000;

const meSchema = z.object({ id: z.int(), username: z.string().default('') });

/** Who the bot is. */
export type Identity = z.infer<typeof meSchema>;

const whatToDo =
  'Ask @BotFather on Telegram for the token (/mybots, API Token) and set it as TELEGRAM_TOKEN.';

/**
 * Whether the token could be one at all (https://core.telegram.org/bots/api#authorizing-your-bot):
 * it goes into a URL, so nothing else may.
 * @throws {BridgeError} `PLATFORM_TOKEN_REJECTED`
 */
export function checkToken(token: string | undefined): string {
  if (token === undefined) {
    throw new BridgeError('PLATFORM_TOKEN_REJECTED', `TELEGRAM_TOKEN is not set. ${whatToDo}`);
  }
  if (!/^\d+:[\w-]+$/.test(token)) {
    throw new BridgeError(
      'PLATFORM_TOKEN_REJECTED',
      `TELEGRAM_TOKEN is not a bot token: a number, a colon, and letters and digits. ${whatToDo}`,
    );
  }
  return token;
}

/** @throws {BridgeError} `PLATFORM_TOKEN_REJECTED`, `PLATFORM_UNREACHABLE` */
export async function askIdentity(api: Api, signal: AbortSignal): Promise<Identity> {
  const answer = await ask((either) => api.getMe(either), deadlineMs, signal);
  signal.throwIfAborted();
  switch (answer.kind) {
    case 'ok': {
      const me = meSchema.safeParse(answer.result);
      if (me.success) return me.data;
      throw unreachable('what answers is not the Bot API');
    }
    case 'refused':
      // Telegram says 404 to a token that no bot could have.
      if (answer.code === 401 || answer.code === 404) throw tokenRejected(answer.code);
      throw unreachable(`${answer.code} ${answer.description}`, answer.retryAfterMs);
    case 'unsent':
    case 'lost':
      throw unreachable(answer.why);
  }
}

export function tokenRejected(code: number): BridgeError {
  return new BridgeError(
    'PLATFORM_TOKEN_REJECTED',
    `Telegram does not accept TELEGRAM_TOKEN (${code}): it was revoked or belongs to no bot. ${whatToDo}`,
  );
}

function unreachable(why: string, retryAfterMs?: number): BridgeError {
  return new BridgeError(
    'PLATFORM_UNREACHABLE',
    `Telegram's Bot API could not be asked who we are: ${why}. Check the network and TELEGRAM_API_URL.`,
    { retryAfterMs },
  );
}
