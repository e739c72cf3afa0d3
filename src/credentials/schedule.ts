import { createHash } from 'node:crypto';

import type { CredentialTimings } from './timings.ts';

export interface Schedule {
  /** From here on the scheduled job refreshes. */
  readonly dueAtMs: number;
  /** From here on callers wait for that refresh. */
  readonly mandatoryAtMs: number;
}

const shortLifeMs = 10 * 60_000;

/**
 * When a token issued at `issuedAtMs` for `lifeMs` is due: at 0.70–0.80 of its life, by a hash that
 * is stable for one sign-in and spreads a pool; at half of it when it lives less than ten minutes.
 */
export function scheduleOf(
  token: { name: string; epoch: number; issuedAtMs: number; lifeMs: number },
  limits: Pick<CredentialTimings, 'mandatoryMs'>,
): Schedule {
  const life = Math.max(0, token.lifeMs);
  const share = life < shortLifeMs ? 0.5 : 0.7 + 0.1 * stableShare(`${token.name}|${token.epoch}`);
  const before = Math.min(Math.max(limits.mandatoryMs, 0.05 * life), 0.25 * life);
  return {
    dueAtMs: Math.round(token.issuedAtMs + life * share),
    mandatoryAtMs: Math.round(token.issuedAtMs + life - before),
  };
}

/** How much later than due this process begins: 0–60 s, less for tokens that live briefly. */
export function processJitterMs(lifeMs: number, share: number): number {
  return Math.round(Math.min(60_000, Math.max(0, lifeMs) * 0.02) * share);
}

const calmMs = [30_000, 120_000, 300_000, 600_000, 900_000] as const;

/** The wait after the `failures`-th failure in a row; short while callers wait for a token. */
export function backoffMs(failures: number, urgent: boolean, share: number): number {
  const nth = Math.max(1, failures);
  const base = urgent
    ? Math.min(60_000, 5_000 * 2 ** Math.min(nth - 1, 10))
    : (calmMs[Math.min(nth, calmMs.length) - 1] ?? 900_000);
  return Math.round(base * (1 + 0.1 * share));
}

/** A number in [0, 1) that is the same in every process for the same text. */
export function stableShare(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
