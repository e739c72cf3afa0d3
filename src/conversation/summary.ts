import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';
import { z } from 'zod';

import { conversationKey, historyKey, rootKey, summaryKey } from '../redis/keys.ts';
import { Script } from '../redis/script.ts';

/** What has taken the place of the oldest exchanges of a history. */
export interface Summary {
  readonly text: string;
  /** The last exchange that it covers, as it is stored: those before it are covered, too. */
  readonly through: string;
}

/** What making a summary took, and the keys of whom it is counted for. */
export interface SummaryCost {
  readonly usageKeys: readonly string[];
  readonly usageLifetimeMs: number;
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly costUsdTicks: number;
}

/** The right to make the next summary of a history: one process has it at a time. */
export interface Claim {
  readonly conversation: string;
  readonly historyEpoch: number;
  readonly token: string;
}

/**
 * The summaries of histories, one beside each. `/reset` deletes it with its history; `/undo` and
 * `/retry`, when they take away an exchange that it covers.
 */
export class Summaries {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #lifetimeMs: number;

  constructor(redis: Redis, prefix: string, lifetimeMs: number) {
    this.#redis = redis;
    this.#prefix = prefix;
    this.#lifetimeMs = lifetimeMs;
  }

  /**
   * Undefined while another process is at it, or has failed at it within `forMs`: whoever cannot
   * finish keeps the claim, and the next try comes when it ends.
   */
  async claim(
    conversation: string,
    historyEpoch: number,
    forMs: number,
  ): Promise<Claim | undefined> {
    const token = randomUUID();
    const key = this.#claimKey(conversation);
    const answer = await this.#redis.set(key, token, 'PX', forMs, 'NX');
    return answer === 'OK' ? { conversation, historyEpoch, token } : undefined;
  }

  /**
   * Counts what it took and, if the history still is the conversation's and holds `through`, keeps
   * the summary; in one script. `lost`: the claim has ended, nothing was done. `gone`: counted only.
   */
  async keep(
    { conversation, historyEpoch, token }: Claim,
    { text, through }: Summary,
    cost: SummaryCost,
  ): Promise<'kept' | 'gone' | 'lost'> {
    const answer = await keepScript.run(
      this.#redis,
      [
        this.#claimKey(conversation),
        conversationKey(this.#prefix, conversation),
        historyKey(this.#prefix, conversation, historyEpoch),
        summaryKey(this.#prefix, conversation, historyEpoch),
        ...cost.usageKeys,
      ],
      [
        token,
        historyEpoch,
        text,
        through,
        this.#lifetimeMs,
        cost.usageLifetimeMs,
        Math.round(cost.inputTokens),
        Math.round(cost.cachedTokens),
        Math.round(cost.outputTokens),
        Math.round(cost.costUsdTicks),
      ],
    );
    return outcomes.parse(answer);
  }

  #claimKey(conversation: string): string {
    return `${rootKey(this.#prefix)}:condensing:${conversation}`;
  }
}

const keepScript = Script.load(new URL('scripts/keep-summary.lua', import.meta.url));
const outcomes = z.enum(['kept', 'gone', 'lost']);
