import { setTimeout as delay } from 'node:timers/promises';

import type { Redis } from 'ioredis';
import { z } from 'zod';

import type { Tokens } from './waiting-workers.ts';

/**
 * As others do it: a lock in Redis with a life, or one refresh a process and no word among them. The
 * control does nothing at all but wait as long as an exchange takes: what is left is the workers' own.
 */
export type Way =
  | { readonly kind: 'lock'; readonly lifeMs: number }
  | { readonly kind: 'process' }
  | { readonly kind: 'control'; readonly waitMs: number };

const pairSchema = z.object({ access_token: z.string(), refresh_token: z.string() });
type Pair = z.infer<typeof pairSchema>;

export interface PlainOptions {
  readonly redis: Redis;
  readonly issuer: string;
  readonly clientId: string;
}

/** Tokens that lie in Redis as they are; every worker looks there for a newer one. */
export async function plainTokens(way: Way, options: PlainOptions): Promise<Tokens> {
  const { redis } = options;
  let known = await read(redis);
  let refreshing: Promise<Pair> | undefined;
  return {
    begin: () => {
      let seen = known;
      return {
        current: async () => (seen = known).access_token,
        accepted: () => undefined,
        afterRefusal: async () => {
          switch (way.kind) {
            case 'process':
            case 'control':
              if (known !== seen) return;
              refreshing ??= renew(way, known, options).finally(() => {
                refreshing = undefined;
              });
              known = await refreshing;
              return;
            case 'lock': {
              const fresh = await underLock(seen, way.lifeMs, options);
              if (fresh.access_token !== known.access_token) known = fresh;
            }
          }
        },
      };
    },
  };
}

export async function storePlain(redis: Redis, pair: Pair): Promise<void> {
  await redis.set(tokenKey, JSON.stringify(pair));
}

async function renew(
  way: Exclude<Way, { kind: 'lock' }>,
  from: Pair,
  options: PlainOptions,
): Promise<Pair> {
  if (way.kind === 'process') return exchange(from, options);
  await delay(way.waitMs);
  return { access_token: 'as good as any', refresh_token: '' };
}

async function underLock(seen: Pair, lifeMs: number, options: PlainOptions): Promise<Pair> {
  const { redis } = options;
  for (;;) {
    const stored = await read(redis);
    if (stored.access_token !== seen.access_token) return stored;
    if ((await redis.set(lockKey, '1', 'PX', lifeMs, 'NX')) === 'OK') {
      try {
        const now = await read(redis);
        return now.access_token === seen.access_token ? await exchange(now, options) : now;
      } finally {
        await redis.del(lockKey);
      }
    }
    await delay(50 + 50 * Math.random());
  }
}

async function exchange(from: Pair, { redis, issuer, clientId }: PlainOptions): Promise<Pair> {
  const answer = await fetch(`${issuer}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: from.refresh_token,
      client_id: clientId,
    }),
  });
  if (!answer.ok) throw new Error(`the token endpoint answered ${answer.status}`);
  const pair = pairSchema.parse(await answer.json());
  await storePlain(redis, pair);
  return pair;
}

async function read(redis: Redis): Promise<Pair> {
  return pairSchema.parse(JSON.parse((await redis.get(tokenKey)) ?? 'null'));
}

const tokenKey = 'plain:token';
const lockKey = 'plain:lock';
