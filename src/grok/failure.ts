import { BridgeError, type ErrorCode, isBridgeError } from '../errors.ts';
import type { InferenceClass, InferenceVerdict } from './classify.ts';

/** What to tell of a class of refusal: the code that decides what becomes of the prompt, and the remedy. */
const failures: Readonly<Record<InferenceClass, readonly [ErrorCode, string]>> = {
  'bad-credentials': ['CREDENTIAL_WAIT', 'the access token is stale and none newer could serve'],
  'no-credentials': ['GROK_NO_CREDENTIALS', 'the request arrived without a token; report this'],
  'invalid-api-key': ['GROK_KEY_INVALID', 'replace XAI_API_KEY'],
  quota: ['GROK_QUOTA', 'add credits or wait until the usage resets'],
  entitlement: ['GROK_ENTITLEMENT', 'the account has no access; check its subscription'],
  'rate-limited': ['GROK_RATE_LIMITED', 'it is tried again later'],
  safety: ['GROK_DECLINED', 'the content was refused'],
  'context-too-long': ['GROK_CONTEXT_TOO_LONG', 'lower HISTORY_TOKENS or choose another model'],
  'stale-reasoning': ['GROK_STALE_REASONING', 'it was sent without any reasoning; report this'],
  'invalid-request': ['GROK_INVALID_REQUEST', 'report this'],
  'model-unavailable': ['GROK_MODEL_UNAVAILABLE', 'check GROK_MODEL and XAI_API_URL'],
  forbidden: ['GROK_FORBIDDEN', 'no reason was given; check the account'],
  transient: ['GROK_UNAVAILABLE', 'it is tried again later'],
};

/** The error for a refusal. Its message names the class and the slug, never a text of the API. */
export function refusalError(
  verdict: InferenceVerdict,
  status: number | null,
  nowMs: number,
): BridgeError {
  const [code, remedy] = failures[verdict.class];
  const where = status === null ? 'within the stream' : `with ${status}`;
  const retryAfterMs =
    verdict.retryAfterMs ??
    (verdict.resetAtMs === undefined ? undefined : Math.max(0, verdict.resetAtMs - nowMs));
  return new BridgeError(
    code,
    `Grok refused ${where} (${slugIn(verdict) ?? verdict.class}): ${remedy}`,
    {
      retryAfterMs,
    },
  );
}

/** xAI's name for the failure, unless what stands in its place is no such thing. */
export function slugIn({ slug }: InferenceVerdict): string | null {
  return slug !== null && /^[a-z][a-z_.-]{0,40}(:[a-z_.-]{1,40})?$/.test(slug) ? slug : null;
}

/** Why a signal was aborted: its own `BridgeError`, else a stop. */
export function abortError(signal: AbortSignal): BridgeError {
  const reason: unknown = signal.reason;
  return isBridgeError(reason) ? reason : new BridgeError('STOPPED', 'the answer was stopped');
}

/** The error for a connection that was not made or broke. */
export function networkError(error: unknown): BridgeError {
  return new BridgeError(
    'GROK_UNAVAILABLE',
    `the connection to Grok failed (${networkCode(error)}): it is tried again later`,
  );
}

/** The innermost code or name; messages may hold what was sent. */
function networkCode(error: unknown): string {
  let name = 'unknown';
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    name = 'code' in at && typeof at.code === 'string' ? at.code : at.name;
  }
  return name;
}
