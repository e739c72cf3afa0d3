import type { Redis } from 'ioredis';

import { rootKey } from './keys.ts';

const hourMs = 60 * 60_000;
/** As long as a prompt may have to wait for a sign-in before what came with it is let go. */
const waitingMs = 24 * hourMs;
/** After an answer: another worker may have to make it again. */
const answeredMs = hourMs / 6;

/**
 * What is in the files of prompts, in Redis: a HASH for each prompt, base64 by number. They end by
 * themselves, a day after they came, or minutes after the prompt was answered.
 */
export class RedisPromptFiles {
  readonly #redis: Redis;
  readonly #root: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#root = `${rootKey(prefix)}:files:`;
  }

  async put(prompt: string, files: readonly Uint8Array[]): Promise<void> {
    const key = `${this.#root}${prompt}`;
    const fields = files.flatMap((bytes, at) => [
      String(at),
      Buffer.from(bytes).toString('base64'),
    ]);
    if (fields.length === 0) return;
    const done = await this.#redis
      .multi()
      .del(key)
      .hset(key, ...fields)
      .pexpire(key, waitingMs)
      .exec();
    const failed = done?.find(([error]) => error !== null);
    if (failed?.[0] instanceof Error) throw failed[0];
  }

  /** The first `count` files of a prompt as base64; undefined when they are gone. */
  async load(prompt: string, count: number): Promise<readonly string[] | undefined> {
    const fields = Array.from({ length: count }, (_, at) => String(at));
    if (count === 0) return [];
    const found = await this.#redis.hmget(`${this.#root}${prompt}`, ...fields);
    const files = found.filter((value) => value !== null);
    return files.length === count ? files : undefined;
  }

  /** The prompt is answered: its files may go soon. */
  async release(prompt: string): Promise<void> {
    await this.#redis.pexpire(`${this.#root}${prompt}`, answeredMs);
  }
}
