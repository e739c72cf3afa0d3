import type { Redis } from 'ioredis';

import type { QueueKeys } from './queue-keys.ts';

/** How much waits. */
export interface QueueDepth {
  /** Prompts in all lists together, those being answered included. */
  readonly waiting: number;
  readonly conversations: number;
  /** When the oldest of the heads was taken in. */
  readonly oldestAtMs: number | null;
  /** The same of replies, all accounts together. */
  readonly replies: { readonly conversations: number; readonly oldestAtMs: number | null };
}

/** Reads it from the counters and sets, not from the lists. */
export async function readDepth(redis: Redis, keys: QueueKeys): Promise<QueueDepth> {
  const [count, prompts, replies] = await Promise.all([
    redis.get(keys.promptCount),
    waitingIn(redis, keys.waitingPrompts),
    waitingIn(redis, keys.waitingReplies),
  ]);
  return { waiting: Number(count ?? 0), ...prompts, replies };
}

async function waitingIn(redis: Redis, key: string): Promise<QueueDepth['replies']> {
  const [conversations, oldest] = await Promise.all([
    redis.zcard(key),
    redis.zrange(key, 0, '0', 'WITHSCORES'),
  ]);
  const score = oldest[1];
  return { conversations, oldestAtMs: score === undefined ? null : Number(score) };
}
