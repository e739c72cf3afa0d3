import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { Redis } from 'ioredis';

/** Everything that a Redis holds: for each key its type, its lifetime and all of its contents. */
export async function everythingIn(url: string): Promise<ReadonlyMap<string, Kept>> {
  const redis = new Redis(url);
  try {
    const kept = new Map<string, Kept>();
    for await (const page of redis.scanStream({ count: 1000 })) {
      for (const key of page as string[]) {
        const type = await redis.type(key);
        kept.set(key, {
          type,
          ttlMs: await redis.pttl(key),
          text: await contents(redis, key, type),
        });
      }
    }
    return kept;
  } finally {
    redis.disconnect();
  }
}

export interface Kept {
  readonly type: string;
  /** -1: for ever. */
  readonly ttlMs: number;
  readonly text: string;
}

/** The contents of all files in a folder, as Latin-1, by path. */
export function everyFileIn(folder: string): ReadonlyMap<string, string> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) =>
    join(folder, path),
  );
  const files = paths.filter((path) => statSync(path).isFile());
  return new Map(files.map((path) => [path, readFileSync(path, 'latin1')]));
}

async function contents(redis: Redis, key: string, type: string): Promise<string> {
  switch (type) {
    case 'string':
      return (await redis.getBuffer(key))?.toString('latin1') ?? '';
    case 'list':
      return JSON.stringify(await redis.lrange(key, 0, -1));
    case 'hash':
      return JSON.stringify(await redis.hgetall(key));
    case 'set':
      return JSON.stringify(await redis.smembers(key));
    case 'zset':
      return JSON.stringify(await redis.zrange(key, 0, '-1', 'WITHSCORES'));
    case 'stream':
      return JSON.stringify(await redis.xrange(key, '-', '+'));
    // It ended between two questions.
    case 'none':
      return '';
    default:
      throw new Error(`${key} is a ${type}`);
  }
}
