import { z } from 'zod';

import { type MintedTokens, readTokens } from './minted.ts';
import type { TokenAnswer } from './token-endpoint.ts';

/** How a token endpoint's answer is classed; the role hands the classifier in. */
export type TokenClassifier = (answer: {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}) => {
  readonly class: 'ok' | 'dead-grant' | 'client-rejected' | 'tier-denied' | 'transient';
};

/** What became of spending a refresh token. */
export type Verdict =
  | { kind: 'minted'; tokens: MintedTokens }
  | { kind: 'dead'; code: string }
  | {
      kind: 'refused';
      class: 'client-rejected' | 'tier-denied' | 'transient';
      code: string;
      retryAfterMs: number | null;
    }
  | { kind: 'not-sent'; code: string }
  | { kind: 'lost'; code: string };

/**
 * A 4xx, or a 5xx with an OAuth error in it, rotated nothing. Anything else that brings no access
 * token leaves open whether the refresh token was spent (RFC 6749 section 5.2 names the errors).
 */
export function judge(answer: TokenAnswer, classify: TokenClassifier): Verdict {
  if (answer.kind === 'not-sent') return { kind: 'not-sent', code: answer.why };
  if (answer.kind === 'lost') return { kind: 'lost', code: answer.why };
  const { status, body } = answer;
  const error = oauthError(body);
  const code = error ?? `http-${status}`;
  if (status >= 200 && status < 300) {
    const tokens = readTokens(body);
    return tokens === null ? { kind: 'lost', code } : { kind: 'minted', tokens };
  }
  const answered = (status >= 400 && status < 500) || (status >= 500 && error !== null);
  if (!answered) return { kind: 'lost', code };
  const found = classify(answer).class;
  if (found === 'dead-grant') return { kind: 'dead', code };
  return {
    kind: 'refused',
    class: found === 'ok' ? 'transient' : found,
    code,
    retryAfterMs: retryAfterOf(answer.headers['retry-after']),
  };
}

/** A server that asks for more is asked again all the same: a sign-in must not sleep through its life. */
const longestRetryAfterMs = 3_600_000;

/** `Retry-After` in milliseconds, an hour at most: seconds or a date (RFC 9110 section 10.2.3). */
export function retryAfterOf(value: string | undefined): number | null {
  if (value === undefined) return null;
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), longestRetryAfterMs);
}

const refusal = z.object({ error: z.string().regex(/^[a-z_]{1,40}$/) });

function oauthError(body: string): string | null {
  try {
    return refusal.parse(JSON.parse(body)).error;
  } catch {
    return null;
  }
}
