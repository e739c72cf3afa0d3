import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';

/** Why a request to Discord did not succeed. Holds neither text nor token, whatever the error held. */
export type Trouble =
  /** 429, or a bucket known to be empty: nothing was done. */
  | { readonly kind: 'wait'; readonly afterMs: number }
  /** 401: the bot's token is not (or no longer) good. */
  | { readonly kind: 'unauthorized' }
  /** Discord's own refusal; codes: https://docs.discord.com/developers/topics/opcodes-and-status-codes#json */
  | { readonly kind: 'error'; readonly code: number; readonly status: number }
  /** Nobody knows whether it was done. */
  | { readonly kind: 'unknown'; readonly why: string };

/** Discord's error codes that decide something here. */
export const errorCode = {
  unknownChannel: 10003,
  unknownMessage: 10008,
  unknownWebhook: 10015,
  unknownInteraction: 10062,
  tooManyOldEdits: 30046,
  alreadyAcknowledged: 40060,
  missingAccess: 50001,
  missingPermissions: 50013,
  invalidWebhookToken: 50027,
  noMessageHistory: 160002,
} as const;

/** A pause when Discord names none, as its edge does when it turns a whole address away. */
const unnamedPauseMs = 5_000;

/** Translates what discord.js throws. */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof RateLimitError) {
    const named = error.retryAfter > 0 ? error.retryAfter : error.sublimitTimeout;
    return { kind: 'wait', afterMs: named > 0 ? Math.ceil(named) : unnamedPauseMs };
  }
  if (error instanceof DiscordAPIError) {
    // A dead interaction token is a 401, too, with a code of its own.
    if (error.status === 401 && error.code === 0) return { kind: 'unauthorized' };
    // A refusal without a code is not the API's but that of something before it.
    if (typeof error.code !== 'number') return { kind: 'wait', afterMs: unnamedPauseMs };
    if (error.code === errorCode.tooManyOldEdits) return { kind: 'wait', afterMs: 60_000 };
    return { kind: 'error', code: error.code, status: error.status };
  }
  if (error instanceof HTTPError) return { kind: 'unknown', why: `HTTP ${error.status}` };
  return { kind: 'unknown', why: nameOfFailure(error) };
}

export function describeTrouble(trouble: Trouble): string {
  switch (trouble.kind) {
    case 'wait':
      return `Discord asked for a pause of ${trouble.afterMs} ms`;
    case 'unauthorized':
      return 'Discord answered 401';
    case 'error':
      return `Discord answered ${trouble.status} with code ${trouble.code}`;
    case 'unknown':
      return trouble.why;
  }
}

function nameOfFailure(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown failure';
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'no answer in time';
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return code ?? error.name;
}
