import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BridgeError, errorCodes } from '../../src/errors.ts';
import { disposition, retryDelaysMs } from '../../src/queue/disposition.ts';

const of = (code: (typeof errorCodes)[number], attempt = 1, retryAfterMs?: number) =>
  disposition(new BridgeError(code, 'x', { retryAfterMs }), attempt);

describe('what becomes of a prompt', () => {
  it('whose Grok was away: 2, 4, 8, 16 seconds, then the words', () => {
    const steps = [1, 2, 3, 4, 5].map((attempt) => of('GROK_UNAVAILABLE', attempt));
    expect(steps).toEqual([
      ...retryDelaysMs.map((afterMs) => ({ kind: 'retry', afterMs })),
      { kind: 'end', words: 'interrupted' },
    ]);
  });

  it('that was rate limited: it waits as long as it is told to', () => {
    expect(of('GROK_RATE_LIMITED', 1, 137_000)).toEqual({ kind: 'retry', afterMs: 137_000 });
    expect(of('GROK_RATE_LIMITED', 30)).toEqual({ kind: 'retry', afterMs: 16_000 });
  });

  it('that met an end: its words at once', () => {
    expect(of('GROK_QUOTA')).toEqual({ kind: 'end', words: 'quota' });
    expect(of('GROK_ENTITLEMENT')).toEqual({ kind: 'end', words: 'entitlement' });
    expect(of('GROK_DECLINED')).toEqual({ kind: 'end', words: 'declined' });
    expect(of('GROK_CONTEXT_TOO_LONG')).toEqual({ kind: 'end', words: 'contextTooLong' });
    expect(of('GROK_FORBIDDEN')).toEqual({ kind: 'end', words: 'failed' });
    expect(of('DEADLINE_PASSED')).toEqual({ kind: 'end', words: 'deadline' });
  });

  it('that nothing can serve: it waits for a credential', () => {
    expect(of('CREDENTIAL_WAIT').kind).toBe('credential-wait');
    expect(of('GROK_KEY_INVALID')).toEqual({ kind: 'credential-wait', notice: 'notAvailable' });
  });

  it('whose turn was lost, or whose error is none of ours: thrown on', () => {
    expect(disposition(new TypeError('x'), 1)).toEqual({ kind: 'throw' });
    expect(of('LEASE_LOST')).toEqual({ kind: 'throw' });
  });

  it('is decided for every code, and ends after some number of attempts', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...errorCodes),
        fc.option(fc.nat(10 ** 9), { nil: undefined }),
        (code, retryAfterMs) => {
          const kinds = Array.from({ length: 200 }, (_, n) => of(code, n + 1, retryAfterMs));
          expect(kinds.at(-1)?.kind).not.toBe('retry');
          for (const step of kinds) {
            if (step.kind === 'retry') expect(step.afterMs).toBeGreaterThan(0);
          }
        },
      ),
    );
  });
});
