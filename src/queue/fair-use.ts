import { reservedLifetimeMs } from './lifetimes.ts';

/** What one person may use; what is absent is not limited. */
export interface FairUse {
  readonly requestsPerMinute?: number | undefined;
  /** From midnight to midnight, UTC. */
  readonly budgetUsdPerDay?: number | undefined;
}

/** Why a prompt is not taken, and in how long one would be. */
export type Unfair =
  | { readonly kind: 'too-fast'; readonly afterMs: number }
  | { readonly kind: 'spent'; readonly afterMs: number };

/** What an answer took. */
export interface AnswerUsage {
  readonly inputTokens: number;
  /** Of the input. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Ten-billionths of a dollar, as xAI counts. */
  readonly costUsdTicks: number;
}

/** The day, in UTC, that an instant belongs to: `2026-11-23`. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** How long the day of an instant still lasts. */
export function untilTomorrowMs(atMs: number): number {
  return dayMs - (atMs % dayMs);
}

/**
 * What `enqueue.lua` is told of the limits: the pace and how far ahead of it one may be, so that a
 * minute's worth can come at once; the budget and what is reserved for an author's first answer.
 */
export function fairUseArguments({ requestsPerMinute, budgetUsdPerDay }: FairUse): number[] {
  const intervalMs = requestsPerMinute === undefined ? 0 : minuteMs / requestsPerMinute;
  const budget = Math.max(0, Math.ceil((budgetUsdPerDay ?? 0) * ticksPerUsd));
  const first = Math.min(ticksPerUsd / 100, Math.ceil(budget / 10));
  return [intervalMs, minuteMs - intervalMs, budget, first, reservedLifetimeMs];
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const ticksPerUsd = 1e10;
