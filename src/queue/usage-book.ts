import type { Redis } from 'ioredis';
import { z } from 'zod';

import type { Clock } from '../clock.ts';
import { usageKey } from '../redis/keys.ts';
import { type AnswerUsage, dayOf } from './fair-use.ts';

/** What was used in a day. */
export interface DayUsage extends AnswerUsage {
  readonly answers: number;
}

/** What people and chats have used today, as settling notes it. */
export class UsageBook {
  readonly #parts: { readonly redis: Redis; readonly prefix: string; readonly clock: Clock };

  constructor(parts: { readonly redis: Redis; readonly prefix: string; readonly clock: Clock }) {
    this.#parts = parts;
  }

  /** Of a scope: see `scopesOf`. */
  async today(scope: string): Promise<DayUsage> {
    const { redis, prefix, clock } = this.#parts;
    const noted = await redis.hgetall(usageKey(prefix, dayOf(clock.now()), scope));
    const { answers, input, cached, output, cost } = daySchema.parse(noted);
    return {
      answers,
      inputTokens: input,
      cachedTokens: cached,
      outputTokens: output,
      costUsdTicks: cost,
    };
  }
}

const count = z.coerce.number().catch(0).default(0);
const daySchema = z.object({
  answers: count,
  input: count,
  cached: count,
  output: count,
  cost: count,
});
