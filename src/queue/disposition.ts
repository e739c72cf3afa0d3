import { BridgeError, type ErrorCode } from '../errors.ts';

/** What becomes of a prompt whose attempt ended with an error. */
export type Disposition =
  /** Try again after this long. */
  | { readonly kind: 'retry'; readonly afterMs: number }
  /** Answer with these words of the catalogue, and no more. */
  | { readonly kind: 'end'; readonly words: EndWords }
  /** It stays the head until a credential can serve; counts no attempt. `null`: nothing is said. */
  | { readonly kind: 'credential-wait'; readonly notice: WaitWords | null }
  /**
   * Throw it on. `LEASE_LOST` is understood: the turn is another process' by now. Anything else is
   * a fault of ours: the prompt is tried again a few times, and in the end kept aside.
   */
  | { readonly kind: 'throw' };

/** Names of the catalogue's words. */
export type WaitWords = 'waitingForSignIn' | 'notAvailable';

/** Names of the catalogue's words. */
export type EndWords =
  | 'quota'
  | 'entitlement'
  | 'declined'
  | 'contextTooLong'
  | 'failed'
  | 'deadline'
  | 'interrupted'
  | 'stopped';

/** How long to wait after each failed attempt that nobody gave a time for. */
export const retryDelaysMs: readonly number[] = [2000, 4000, 8000, 16_000];

/** A rate limit is waited out, but not for ever: with a minute each time, about two hours. */
const rateLimitAttempts = 120;
const longestRateLimitDelayMs = 15 * 60_000;

/** `attempt` is the one that failed, from 1. */
export function disposition(error: unknown, attempt: number): Disposition {
  return error instanceof BridgeError
    ? ofCode(error.code, error.retryAfterMs, attempt)
    : { kind: 'throw' };
}

function ofCode(code: ErrorCode, retryAfterMs: number | undefined, attempt: number): Disposition {
  switch (code) {
    case 'GROK_UNAVAILABLE':
    case 'GROK_INCOMPLETE':
    case 'REDIS_UNREACHABLE':
      return retry(retryAfterMs, attempt, retryDelaysMs.length);
    case 'GROK_RATE_LIMITED':
      return retry(retryAfterMs, attempt, rateLimitAttempts);
    case 'GROK_NO_CREDENTIALS':
      // A request of ours went out bare although the client had reloaded; once more, then say so.
      return attempt < 2 ? { kind: 'retry', afterMs: 2000 } : { kind: 'end', words: 'failed' };

    case 'GROK_QUOTA':
      return { kind: 'end', words: 'quota' };
    case 'GROK_ENTITLEMENT':
      return { kind: 'end', words: 'entitlement' };
    case 'GROK_DECLINED':
      return { kind: 'end', words: 'declined' };
    case 'GROK_CONTEXT_TOO_LONG':
      return { kind: 'end', words: 'contextTooLong' };
    case 'GROK_STALE_REASONING':
    case 'GROK_INVALID_REQUEST':
    case 'GROK_MODEL_UNAVAILABLE':
    case 'GROK_FORBIDDEN':
      return { kind: 'end', words: 'failed' };
    case 'DEADLINE_PASSED':
      return { kind: 'end', words: 'deadline' };
    case 'STOPPED':
      return { kind: 'end', words: 'stopped' };

    case 'GROK_KEY_INVALID':
      return { kind: 'credential-wait', notice: 'notAvailable' };
    case 'CREDENTIAL_WAIT':
    case 'CREDENTIAL_UNKNOWN':
    case 'CREDENTIAL_KEY_MISSING':
    case 'CREDENTIAL_KEY_WRONG':
    case 'OAUTH_ENDPOINT_REFUSED':
    case 'OAUTH_RESPONSE_INVALID':
    case 'OAUTH_UNREACHABLE':
      return { kind: 'credential-wait', notice: 'waitingForSignIn' };

    case 'RECORD_NEWER':
      // A newer process has written the credential's record; one of those answers.
      return { kind: 'credential-wait', notice: null };

    case 'LEASE_LOST':
    // Of starting up, of signing in, of platforms: none of them is met while a prompt is answered.
    case 'CONFIG_INVALID':
    case 'ADAPTER_UNKNOWN':
    case 'PLATFORM_TOKEN_REJECTED':
    case 'PLATFORM_UNREACHABLE':
    case 'PLATFORM_INTENT_MISSING':
    case 'REDIS_VOLATILE':
    case 'REDIS_EMBEDDED_FAILED':
    case 'CREDENTIAL_FILE_INVALID':
    case 'SIGN_IN_FAILED':
      return { kind: 'throw' };
  }
}

function retry(retryAfterMs: number | undefined, attempt: number, retries: number): Disposition {
  if (attempt > retries) return { kind: 'end', words: 'interrupted' };
  const stepMs = retryDelaysMs[Math.min(attempt, retryDelaysMs.length) - 1] ?? 0;
  const asked = Math.min(retryAfterMs ?? 0, longestRateLimitDelayMs);
  return { kind: 'retry', afterMs: Math.max(stepMs, asked) };
}
