import type { Redis } from 'ioredis';

import { rootKey } from './keys.ts';

/** What happened in each minute of the last two hours, added up by all processes: a HASH for each. */
export class RedisMinuteBook {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  /** Counts are whole numbers. */
  async add(atMs: number, counts: ReadonlyMap<string, number>): Promise<void> {
    const key = this.#key(Math.floor(atMs / minuteMs) * minuteMs);
    const adding = this.#redis.multi();
    for (const [name, count] of counts) adding.hincrby(key, name, count);
    await adding.pexpire(key, lifetimeMs).exec();
  }

  async read(startsMs: readonly number[]): Promise<readonly ReadonlyMap<string, number>[]> {
    return Promise.all(
      startsMs.map(async (atMs) => {
        const counts = Object.entries(await this.#redis.hgetall(this.#key(atMs)));
        return new Map(counts.map(([name, count]) => [name, Number(count)] as const));
      }),
    );
  }

  #key(startMs: number): string {
    return `${rootKey(this.#prefix)}:minute:${startMs}`;
  }
}

const minuteMs = 60_000;
const lifetimeMs = 2 * 60 * minuteMs;
