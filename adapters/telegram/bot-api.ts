import { GrammyError, HttpError, type Api } from 'grammy';

/**
 * What became of a request to the Bot API. Nothing in it is secret: grammY's own errors hold the
 * token in a URL and the message in a payload, and do not leave this file.
 */
export type Answer<T> =
  | { readonly kind: 'ok'; readonly result: T }
  /** Telegram said no: nothing was changed. */
  | Refusal
  /** No connection came about: nothing was changed. */
  | { readonly kind: 'unsent'; readonly why: string }
  /** Nobody knows whether it was done. `isSilence`: nothing at all came within the deadline. */
  | { readonly kind: 'lost'; readonly why: string; readonly isSilence?: true };

interface Refusal {
  readonly kind: 'refused';
  readonly code: number;
  readonly description: string;
  /** From https://core.telegram.org/bots/api#responseparameters. */
  readonly retryAfterMs: number | undefined;
  readonly migratedTo: number | undefined;
}

/** As grammY's methods take it: the type of a package that it uses beside Node's own. */
export type ApiSignal = NonNullable<Parameters<Api['getMe']>[0]>;

/** Makes a request that ends, one way or another, within `deadlineMs`. Never throws. */
export async function ask<T>(
  request: (signal: ApiSignal) => Promise<T>,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Answer<T>> {
  const deadline = AbortSignal.timeout(deadlineMs);
  // grammY listens to the signal for `abort` and reads `aborted`; Node's own has both.
  const either = AbortSignal.any([signal, deadline]) as ApiSignal;
  try {
    return { kind: 'ok', result: await request(either) };
  } catch (error) {
    if (signal.aborted) return { kind: 'lost', why: 'stopped while it was under way' };
    if (deadline.aborted) {
      return { kind: 'lost', why: `no answer within ${deadlineMs} ms`, isSilence: true };
    }
    return answerOf(error);
  }
}

function answerOf(error: unknown): Exclude<Answer<never>, { kind: 'ok' }> {
  if (error instanceof GrammyError) {
    const { error_code: code, description, parameters } = error;
    if (typeof code !== 'number' || typeof description !== 'string') {
      return { kind: 'lost', why: 'what answers is not the Bot API' };
    }
    if (code >= 500) return { kind: 'lost', why: `status ${code}` };
    return {
      kind: 'refused',
      code,
      description,
      retryAfterMs:
        parameters.retry_after === undefined ? undefined : parameters.retry_after * 1_000,
      migratedTo: parameters.migrate_to_chat_id,
    };
  }
  const reason = reasonOf(error instanceof HttpError ? error.error : error);
  return { kind: beforeSending.has(reason) ? 'unsent' : 'lost', why: reason };
}

/** Failures of looking up the name or of connecting, after which no request has left. */
const beforeSending = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** The system's code or node-fetch's type; never the message, which holds the URL. */
function reasonOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'an unknown failure';
  if ('code' in error && typeof error.code === 'string') return error.code;
  if ('type' in error && typeof error.type === 'string') return error.type;
  return 'an unknown failure';
}
