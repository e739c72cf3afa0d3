import { randomUUID } from 'node:crypto';

import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { openRedis } from '../../src/redis/connection.ts';
import { TestRedis } from '../redis-server.ts';

let server: TestRedis;
/** Looks from outside, as a plain ioredis. */
let observer: Redis;

beforeAll(async () => {
  server = await TestRedis.start();
  observer = new Redis(server.url);
});

afterAll(async () => {
  observer.disconnect();
  await server[Symbol.asyncDispose]();
});

async function connected(): Promise<Redis> {
  const redis = openRedis(server.url);
  await redis.ping();
  return redis;
}

/** How often Redis has read from any of its connections. */
async function reads(): Promise<number> {
  return Number(/^total_reads_processed:(\d+)/m.exec(await observer.info('stats'))?.[1]);
}

it('what is sent in one turn of the event loop reaches Redis as one piece, in its order', async () => {
  const redis = await connected();
  const key = randomUUID();
  const before = await reads();
  const first = Array.from({ length: 50 }, async (_, n) => redis.rpush(key, `${n}`));
  // As far as promises alone lead, it is the same turn.
  const later = Promise.resolve().then(async () => redis.rpush(key, 'later'));
  const lengths = await Promise.all([...first, later]);
  // One for all of these, one for the question after them.
  expect((await reads()) - before).toBe(2);
  expect(lengths).toEqual(Array.from({ length: 51 }, (_, n) => n + 1));
  expect(await redis.lindex(key, -1)).toBe('later');
  redis.disconnect();
});

it('what was sent when its connection broke is sent again on the next one', async () => {
  const redis = await connected();
  const key = randomUUID();
  const before = redis.set(`${key}-before`, '1');
  redis.stream.destroy();
  const after = redis.set(`${key}-after`, '1');
  expect(await Promise.all([before, after])).toEqual(['OK', 'OK']);
  expect(await observer.exists(`${key}-before`, `${key}-after`)).toBe(2);
  redis.disconnect();
});

it('what was sent right before the connection is closed arrives all the same', async () => {
  const redis = await connected();
  const key = randomUUID();
  const sent = redis.set(key, 'there').catch(() => 'closed');
  redis.disconnect();
  await sent;
  await expect.poll(async () => observer.get(key)).toBe('there');
});

it('transactions and pipelines answer as ever beside single commands', async () => {
  const redis = await connected();
  const key = randomUUID();
  const [alone, multi, pipeline] = await Promise.all([
    redis.incr(key),
    redis.multi().incr(key).incr(key).exec(),
    redis.pipeline().incr(key).get(key).exec(),
  ]);
  expect([alone, multi, pipeline]).toEqual([
    1,
    [
      [null, 2],
      [null, 3],
    ],
    [
      [null, 4],
      [null, '4'],
    ],
  ]);
  redis.disconnect();
});
