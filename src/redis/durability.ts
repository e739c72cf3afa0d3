import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

import { BridgeError } from '../errors.ts';

/** Whether this Redis keeps what it was told through a crash; `unknown`: it refuses to say. */
export type Durability =
  /** `writesFirst`: nothing is acknowledged before it is on the disk (`appendfsync always`). */
  | { readonly kind: 'durable'; readonly writesFirst: boolean }
  | { readonly kind: 'volatile'; readonly problems: readonly string[] }
  | { readonly kind: 'unknown' };

/**
 * Asks a Redis whether it would lose data: no append-only file loses the newest refresh token in
 * a crash, an eviction policy loses prompts when memory runs out. With `appendfsync everysec` Redis
 * answers while a write still waits for the flush before it, for up to two seconds: what was
 * acknowledged then is gone even if only the process is killed (redis 7.0, `flushAppendOnlyFile`).
 */
export async function readDurability(redis: Redis): Promise<Durability> {
  const problems: string[] = [];
  let writesFirst = false;
  try {
    const appendonly = await configValue(redis, 'appendonly');
    const policy = await configValue(redis, 'maxmemory-policy');
    if (appendonly === undefined && policy === undefined) return { kind: 'unknown' };
    if (appendonly !== 'yes') problems.push('appendonly is not `yes`');
    writesFirst = (await configValue(redis, 'appendfsync')) === 'always';
    if (policy !== 'noeviction') problems.push('maxmemory-policy is not `noeviction`');
  } catch {
    return { kind: 'unknown' };
  }
  return problems.length === 0 ? { kind: 'durable', writesFirst } : { kind: 'volatile', problems };
}

/**
 * Refuses a Redis that would lose data, unless that is allowed; warns where it cannot be known
 * (managed ones refuse CONFIG).
 * @throws {BridgeError} `REDIS_VOLATILE`
 */
export async function requireDurable(
  redis: Redis,
  { allowVolatile, log }: { allowVolatile: boolean; log: Logger },
): Promise<Durability> {
  const durability = await readDurability(redis);
  switch (durability.kind) {
    case 'durable':
      if (!durability.writesFirst) {
        log.warn('redis may lose its last two seconds in a crash: set appendfsync to `always`');
      }
      return durability;
    case 'unknown':
      log.warn('redis does not say whether it keeps its data: see that it has AOF and noeviction');
      return durability;
    case 'volatile': {
      const found = durability.problems.join(', ');
      if (allowVolatile) {
        log.warn({ found }, 'redis would lose data in a crash, which ALLOW_VOLATILE_REDIS accepts');
        return durability;
      }
      throw new BridgeError(
        'REDIS_VOLATILE',
        `This Redis would lose prompts and the sign-in in a crash: ${found}. Start it with --appendonly yes --maxmemory-policy noeviction, or set ALLOW_VOLATILE_REDIS=on to accept that.`,
      );
    }
  }
}

async function configValue(redis: Redis, name: string): Promise<string | undefined> {
  const pair = await redis.config('GET', name);
  return Array.isArray(pair) && typeof pair[1] === 'string' ? pair[1] : undefined;
}
