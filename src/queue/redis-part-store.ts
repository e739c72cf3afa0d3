import type { Redis } from 'ioredis';
import { z } from 'zod';

import { word } from './entry.ts';
import { seenLifetimeMs } from './lifetimes.ts';
import { QueueKeys } from './queue-keys.ts';
import { loadScript } from './scripts.ts';

/** An account's parts of messages in Redis: what `chat/` asks of its `PartStore`. */
export class RedisPartStore {
  readonly #redis: Redis;
  readonly #keys: QueueKeys;
  readonly #account: string;

  constructor(options: { redis: Redis; prefix: string; account: string }) {
    this.#redis = options.redis;
    this.#keys = new QueueKeys(options.prefix);
    this.#account = options.account;
  }

  async add(conversation: string, id: string, part: string): Promise<'added' | 'known'> {
    const answer = await addPart.run(
      this.#redis,
      [this.#keys.seen(word(id)), this.#list(conversation), this.#keys.gathering(this.#account)],
      [seenLifetimeMs, part, conversation],
    );
    return outcome.parse(answer);
  }

  async read(conversation: string): Promise<readonly string[]> {
    return this.#redis.lrange(this.#list(conversation), 0, -1);
  }

  async drop(conversation: string, parts: readonly string[]): Promise<void> {
    const keys = [this.#list(conversation), this.#keys.gathering(this.#account)];
    await dropParts.run(this.#redis, keys, [conversation, ...parts]);
  }

  async conversations(): Promise<readonly string[]> {
    return this.#redis.smembers(this.#keys.gathering(this.#account));
  }

  #list(conversation: string): string {
    return this.#keys.parts(`${this.#account}.${conversation}`);
  }
}

const addPart = loadScript('add-part');
const dropParts = loadScript('drop-parts');
const outcome = z.enum(['added', 'known']);
