/**
 * Every code a `BridgeError` can carry. `queue/disposition.ts` says what becomes of a prompt for
 * the codes that reach one; the README lists them all, and a test compares.
 */
export const errorCodes = [
  'CONFIG_INVALID',
  'ADAPTER_UNKNOWN',
  'PLATFORM_TOKEN_REJECTED',
  'PLATFORM_UNREACHABLE',
  'PLATFORM_INTENT_MISSING',
  'REDIS_UNREACHABLE',
  'REDIS_VOLATILE',
  'REDIS_EMBEDDED_FAILED',
  'RECORD_NEWER',
  'LEASE_LOST',
  'STOPPED',
  'DEADLINE_PASSED',
  'CREDENTIAL_KEY_MISSING',
  'CREDENTIAL_KEY_WRONG',
  'CREDENTIAL_FILE_INVALID',
  'CREDENTIAL_UNKNOWN',
  'CREDENTIAL_WAIT',
  'SIGN_IN_FAILED',
  'OAUTH_ENDPOINT_REFUSED',
  'OAUTH_RESPONSE_INVALID',
  'OAUTH_UNREACHABLE',
  'GROK_QUOTA',
  'GROK_ENTITLEMENT',
  'GROK_KEY_INVALID',
  'GROK_NO_CREDENTIALS',
  'GROK_RATE_LIMITED',
  'GROK_DECLINED',
  'GROK_CONTEXT_TOO_LONG',
  'GROK_STALE_REASONING',
  'GROK_INVALID_REQUEST',
  'GROK_MODEL_UNAVAILABLE',
  'GROK_FORBIDDEN',
  'GROK_UNAVAILABLE',
  'GROK_INCOMPLETE',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface BridgeErrorOptions {
  cause?: unknown;
  /** How long the other side asked us to wait. */
  retryAfterMs?: number | undefined;
}

/**
 * The only error class of the program. The message is for the operator: what was attempted, what
 * came back, what to do. It never holds a token, a message's text or a user's name.
 */
export class BridgeError extends Error {
  override readonly name = 'BridgeError' as const;
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: BridgeErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Whether `error` is ours and carries one of `codes` (any code, if none is named). */
export function isBridgeError(error: unknown, ...codes: ErrorCode[]): error is BridgeError {
  return error instanceof BridgeError && (codes.length === 0 || codes.includes(error.code));
}
