import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from 'pino';

import { BridgeError } from '../errors.ts';

const connectTimeoutMs = 5000;

/**
 * Opens connections to one Redis. All of them wait out an outage and send again what was not
 * answered (so every script bears being applied twice), and retry within about a second: BullMQ's
 * own strategy would leave up to 20 s after an outage (taskforcesh/bullmq, `RedisConnection`).
 */
export class RedisConnections implements AsyncDisposable {
  readonly #url: string;
  readonly #log: Logger;
  readonly #open = new Set<Redis>();

  constructor(url: string, log: Logger) {
    this.#url = url;
    this.#log = log;
  }

  /**
   * A connection of the caller's own; closed with this object at the latest.
   * @throws {BridgeError} `REDIS_UNREACHABLE` when the first connection fails
   */
  async connect(name: string): Promise<Redis> {
    const redis = new Redis(this.#url, { ...redisOptions(), connectionName: name });
    this.#open.add(redis);
    redis.once('end', () => this.#open.delete(redis));
    let last: unknown;
    redis.on('error', (error: unknown) => {
      last = error;
      this.#log.warn({ err: error, connection: name }, 'redis connection failed');
    });
    const ready = await settlesWithin(redis, connectTimeoutMs);
    if (ready) return redis;
    redis.disconnect();
    const reason = last instanceof Error ? last.message : 'no answer';
    throw new BridgeError(
      'REDIS_UNREACHABLE',
      `Redis at ${placeOf(this.#url)} cannot be used (${reason}). Start it, or correct REDIS_URL; unset, the bridge brings its own.`,
      { cause: last },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const redis of this.#open) redis.disconnect();
    this.#open.clear();
    await Promise.resolve();
  }
}

/** Options that every connection of the program shares; BullMQ's own connections get them, too. */
export function redisOptions() {
  return {
    maxRetriesPerRequest: null,
    enableReadyCheck: true,
    connectTimeout: connectTimeoutMs,
    retryStrategy: (times: number) =>
      Math.min(50 * 2 ** Math.min(times, 10), 1000) + Math.random() * 100,
  } satisfies RedisOptions;
}

/** Host and port of a Redis URL, without its password. */
export function placeOf(url: string): string {
  try {
    const { protocol, hostname, port } = new URL(url);
    return `${protocol}//${hostname}:${port === '' ? '6379' : port}`;
  } catch {
    return 'the address in REDIS_URL';
  }
}

async function settlesWithin(redis: Redis, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const onReady = () => resolve(true);
  const onError = (error: Error) => {
    if (/WRONGPASS|NOAUTH|ERR invalid password|ENOTFOUND/.test(error.message)) resolve(false);
  };
  const timer = setTimeout(() => resolve(false), timeoutMs);
  redis.once('ready', onReady);
  redis.on('error', onError);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    redis.off('ready', onReady);
    redis.off('error', onError);
  }
}
