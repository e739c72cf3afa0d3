import type { Prompt } from '../prompt.ts';

/** What may be used in one scope; what is absent is not limited. */
export interface Share {
  readonly requestsPerMinute?: number | undefined;
  /** From midnight to midnight, UTC. */
  readonly budgetUsdPerDay?: number | undefined;
}

/** What one person, one chat, and all together may use. */
export interface FairUse {
  readonly person?: Share;
  readonly chat?: Share;
  readonly all?: Share;
}

/** Whether anything is limited at all. */
export function isLimited(fairUse: FairUse): boolean {
  return scopeKinds.some((kind) =>
    Object.values(fairUse[kind] ?? {}).some((limit) => limit !== undefined),
  );
}

/** What a limit holds for, in the order in which limits are looked at. */
export const scopeKinds = ['person', 'chat', 'all'] as const;

export type ScopeKind = (typeof scopeKinds)[number];

/** Why a prompt is not taken, and in how long one would be. */
export interface Unfair {
  readonly kind: 'too-fast' | 'spent';
  /** Whose limit it is. */
  readonly of: ScopeKind;
  readonly afterMs: number;
}

/** What an answer took. */
export interface AnswerUsage {
  readonly inputTokens: number;
  /** Of the input. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** Ten-billionths of a dollar, as xAI counts. */
  readonly costUsdTicks: number;
}

/** What is counted for an answer. */
export interface CountedUsage extends Omit<AnswerUsage, 'costUsdTicks'> {
  /** `reserved`: it was ended before Grok said its cost, which is held to be what was reserved. */
  readonly costUsdTicks: number | 'reserved';
}

/** Whose use a prompt is, as the keys of usage name it, in the order of `scopeKinds`. */
export function scopesOf({
  author,
  chat,
  conversation,
}: Pick<Prompt, 'author' | 'chat' | 'conversation'>): readonly string[] {
  return [author.id, chatScope(chat ?? conversation), 'all'];
}

/** How keys of usage name a chat. */
export function chatScope(chat: string): string {
  return `chat:${chat}`;
}

/** The day, in UTC, that an instant belongs to: `2026-11-23`. */
export function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** The same as a number, which a script can work out, too. */
export function dayNumberOf(atMs: number): number {
  return Math.floor(atMs / dayMs);
}

/** How long the day of an instant still lasts. */
export function untilTomorrowMs(atMs: number): number {
  return dayMs - (atMs % dayMs);
}

/**
 * What `enqueue.lua` is told of the limits: what is reserved for the first answer of a day; then of
 * each scope the pace, how far ahead of it one may be, so that a minute's worth can come at once,
 * and the budget.
 */
export function fairUseArguments(fairUse: FairUse): number[] {
  const shares = scopeKinds.map((kind) => fairUse[kind] ?? {});
  const budgets = shares.map(({ budgetUsdPerDay = 0 }) => Math.ceil(budgetUsdPerDay * ticksPerUsd));
  const smallest = Math.min(...budgets.filter((budget) => budget > 0));
  return [
    Math.min(ticksPerUsd / 100, Math.ceil(smallest / 10)),
    ...shares.flatMap(({ requestsPerMinute }, at) => {
      const intervalMs = requestsPerMinute === undefined ? 0 : minuteMs / requestsPerMinute;
      return [intervalMs, minuteMs - intervalMs, budgets[at] ?? 0];
    }),
  ];
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const ticksPerUsd = 1e10;
