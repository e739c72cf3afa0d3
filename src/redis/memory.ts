import type { Redis } from 'ioredis';
import { z } from 'zod';

import { rootKey } from './keys.ts';
import { Script } from './script.ts';

const note = Script.load(new URL('scripts/memory-note.lua', import.meta.url));

const dayMs = 24 * 60 * 60_000;

/** What a `RedisMemory` is made of. */
export interface RedisMemoryOptions {
  readonly redis: Redis;
  readonly prefix: string;
  /** Whose memory it is; asked at each use, since an adapter knows it only once it is connected. */
  readonly account: () => string;
  readonly clock: { now(): number };
  /** How many entries are kept; beyond, the ones noted longest ago go. */
  readonly most?: number;
  readonly lifetimeMs?: number;
}

/** An account's memory in Redis: what `chat/` asks of an adapter's `AdapterMemory`. */
export class RedisMemory {
  readonly #options: RedisMemoryOptions;

  constructor(options: RedisMemoryOptions) {
    this.#options = options;
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#options.redis.hget(this.#key('memory'), key)) ?? undefined;
  }

  async set(key: string, value: string): Promise<void> {
    const { redis, clock, most = 2_000, lifetimeMs = 7 * dayMs } = this.#options;
    const keys = [this.#key('memory'), this.#key('memory-times')];
    await note.run(redis, keys, [key, value, clock.now(), most, lifetimeMs]);
  }

  async delete(key: string): Promise<void> {
    const { redis } = this.#options;
    const removal = redis.multi().hdel(this.#key('memory'), key);
    await removal.zrem(this.#key('memory-times'), key).exec();
  }

  async entries(): Promise<readonly (readonly [string, string])[]> {
    const all = await this.#options.redis.hgetall(this.#key('memory'));
    return Object.entries(z.record(z.string(), z.string()).parse(all));
  }

  #key(what: string): string {
    return `${rootKey(this.#options.prefix)}:${what}:${this.#options.account()}`;
  }
}
