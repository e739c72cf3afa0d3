import type { Redis } from 'ioredis';
import { z } from 'zod';

import { rootKey } from './keys.ts';

const accountSchema = z.object({
  platform: z.string(),
  account: z.string(),
  displayName: z.string(),
  state: z.enum(['up', 'down', 'standby']),
  lastEventAtMs: z.number().nullable(),
});

const processSchema = z.object({
  sides: z.enum(['bridge', 'worker', 'both']),
  host: z.string(),
  pid: z.number(),
  startedAtMs: z.number(),
  atMs: z.number(),
  rssBytes: z.number(),
  accounts: z.array(accountSchema).readonly(),
});

/** What a process says of itself. */
export type ProcessNote = z.infer<typeof processSchema>;

/** Which processes there are, and what each last said of itself. */
export class RedisPresence {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#key = `${rootKey(prefix)}:processes`;
  }

  /** Counts as here for `hereMs` from now. */
  async tell(id: string, note: ProcessNote): Promise<void> {
    await this.#redis
      .multi()
      .set(this.#here(id), '1', 'PX', hereMs)
      .hset(this.#key, id, JSON.stringify(note))
      .pexpire(this.#key, dayMs)
      .exec();
  }

  async leave(id: string): Promise<void> {
    await this.#redis.multi().del(this.#here(id)).hdel(this.#key, id).exec();
  }

  /** Those that were here in the last hour; one that left has said so and is not among them. */
  async all(nowMs: number): Promise<(ProcessNote & { id: string; isHere: boolean })[]> {
    const notes = Object.entries(await this.#redis.hgetall(this.#key));
    const found = await Promise.all(
      notes.map(async ([id, text]) => {
        const note = processSchema.safeParse(parseJson(text));
        // A newer version's may be more than we can read.
        if (!note.success) return [];
        const isHere = (await this.#redis.exists(this.#here(id))) === 1;
        if (isHere || note.data.atMs > nowMs - hourMs) return [{ ...note.data, id, isHere }];
        await this.#redis.hdel(this.#key, id);
        return [];
      }),
    );
    return found.flat().sort((a, b) => a.startedAtMs - b.startedAtMs || a.pid - b.pid);
  }

  #here(id: string): string {
    return `${this.#key}:${id}`;
  }
}

const hereMs = 15_000;
const hourMs = 60 * 60_000;
const dayMs = 24 * hourMs;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
