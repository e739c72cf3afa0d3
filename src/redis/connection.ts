import type { Redis, RedisOptions } from 'ioredis';
import type { Logger } from 'pino';

import { BridgeError } from '../errors.ts';
import { readRedisUrl, redisPlaceWords, type RedisPlace } from '../redis-url.ts';
import { GatheringRedis } from './gathering-redis.ts';
import { SteadySentinelConnector } from './steady-sentinel-connector.ts';

const connectTimeoutMs = 5000;
/**
 * A connection on which nothing has come for so long, while something is waited for, is given up: a
 * server that vanished without a word would else be waited for until TCP gives up, a quarter of an
 * hour. Longer than BullMQ ever blocks (10 s).
 */
const silenceMs = 15_000;
/** A sentinel that does not answer is passed over so soon: fail-over waits for it. */
const sentinelTimeoutMs = 1000;

/**
 * Opens connections to one Redis, or to whichever server the sentinels call the primary. All of them
 * wait out an outage and send again what was not answered (so every script bears being applied
 * twice), and retry within about a second: BullMQ's own strategy would leave up to 20 s after an
 * outage (taskforcesh/bullmq, `RedisConnection`).
 */
export class RedisConnections implements AsyncDisposable {
  readonly #url: string;
  readonly #log: Logger;
  readonly #ca: string | undefined;
  readonly #open = new Set<Redis>();

  /** `ca`: the PEM certificates of who signs for a Redis with TLS, instead of the usual ones. */
  constructor(url: string, log: Logger, { ca }: { readonly ca?: string | undefined } = {}) {
    this.#url = url;
    this.#log = log;
    this.#ca = ca;
  }

  /**
   * A connection of the caller's own; closed with this object at the latest.
   * @throws {BridgeError} `REDIS_UNREACHABLE` when the first connection fails
   */
  async connect(name: string): Promise<Redis> {
    const redis = openRedis(this.#url, { ca: this.#ca, name });
    this.#open.add(redis);
    redis.once('end', () => this.#open.delete(redis));
    let last: unknown;
    let isAway = false;
    // Once for each outage: a fleet that tries again every second would fill the log.
    redis.on('error', (error: unknown) => {
      last = error;
      const level = isAway ? 'debug' : 'warn';
      isAway = true;
      this.#log[level]({ err: error, connection: name }, 'redis connection failed');
    });
    redis.on('ready', () => {
      if (isAway) this.#log.info({ connection: name }, 'redis connection is back');
      isAway = false;
    });
    let sentinel: unknown;
    redis.on('sentinelError', (error: unknown) => {
      sentinel = error;
    });
    const ready = await settlesWithin(redis, connectTimeoutMs);
    if (ready) return redis;
    redis.disconnect();
    const found = sentinel ?? last;
    const reason = found instanceof Error ? reasonOf(found) : 'no answer';
    throw new BridgeError(
      'REDIS_UNREACHABLE',
      `Redis at ${redisPlaceWords(this.#url)} cannot be used (${reason}). Start it, or correct REDIS_URL; unset, the bridge brings its own.`,
      { cause: found },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const redis of this.#open) redis.disconnect();
    this.#open.clear();
    await Promise.resolve();
  }
}

/** A connection to a URL as `readRedisUrl` reads it, with what every connection of ours has. */
export function openRedis(
  url: string,
  { ca, name }: { readonly ca?: string | undefined; readonly name?: string } = {},
): Redis {
  const place = readRedisUrl(url);
  const options = { ...redisOptions(), ...(name === undefined ? {} : { connectionName: name }) };
  if (typeof place === 'string') return new GatheringRedis(url, options);
  const tls = place.isTls ? { tls: ca === undefined ? {} : { ca } } : {};
  switch (place.kind) {
    case 'server':
      return new GatheringRedis(url, { ...options, ...tls });
    case 'sentinel':
      return new GatheringRedis({
        ...options,
        ...sentinelOptions(place),
        ...tls,
        ...sentinelTls(tls),
      });
  }
}

/** Options that every connection of the program shares; BullMQ's own connections get them, too. */
export function redisOptions() {
  return {
    maxRetriesPerRequest: null,
    enableReadyCheck: true,
    connectTimeout: connectTimeoutMs,
    socketTimeout: silenceMs,
    retryStrategy: (times: number) =>
      Math.min(50 * 2 ** Math.min(times, 10), 1000) + Math.random() * 100,
    // A primary that became a replica under a connection: find the new one, then send it again.
    reconnectOnError: (error: Error) => (error.message.includes('READONLY') ? 2 : false),
  } satisfies RedisOptions;
}

function sentinelOptions(place: Extract<RedisPlace, { kind: 'sentinel' }>) {
  const { sentinels, primary, db, username, password, sentinelUsername, sentinelPassword } = place;
  return {
    Connector: SteadySentinelConnector,
    name: primary,
    sentinels: sentinels.map(({ host, port }) => ({ host, port })),
    db,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    connectTimeout: sentinelTimeoutMs,
    sentinelCommandTimeout: sentinelTimeoutMs,
    // Lets go of a primary that was cut off, and still believes in itself, as soon as there is
    // another; ioredis' own role check keeps from a server that is none.
    failoverDetector: true,
    sentinelMaxConnections: 3,
    sentinelReconnectStrategy: (times: number) => Math.min(500 * times, 5000),
  } satisfies RedisOptions;
}

function sentinelTls({ tls }: { readonly tls?: { readonly ca?: string } }) {
  return tls === undefined ? {} : { enableTLSForSentinelMode: true, sentinelTLS: tls };
}

function reasonOf({ message }: Error): string {
  return /invalid reply: null/.test(message)
    ? 'the sentinels know no primary of that name, or do not see it'
    : message;
}

async function settlesWithin(redis: Redis, timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const onReady = () => resolve(true);
  const onError = (error: Error) => {
    if (fatal.test(error.message)) resolve(false);
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

/** What no waiting mends. */
const fatal = /WRONGPASS|NOAUTH|ERR invalid password|ENOTFOUND|certificate|SSL routines/;
