import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { QueueKeys } from '../../src/queue/queue-keys.ts';
import { RedisPartStore } from '../../src/queue/redis-part-store.ts';
import { RedisReceipts } from '../../src/queue/redis-receipts.ts';
import { ReplyList } from '../../src/queue/reply-list.ts';
import { tellOnce } from '../../src/queue/told-once.ts';
import { RedisAccessStore } from '../../src/redis/access-store.ts';
import { RedisConnections } from '../../src/redis/connection.ts';
import { accessKeys } from '../../src/redis/keys.ts';
import { RedisMemory } from '../../src/redis/memory.ts';
import { RedisPromptFiles } from '../../src/redis/prompt-files.ts';
import { accessStoreContract } from '../contracts/access-store-contract.ts';
import { memoryContract } from '../contracts/memory-contract.ts';
import { partStoreContract } from '../contracts/part-store-contract.ts';
import { receiptsContract } from '../contracts/receipts-contract.ts';
import { TestRedis } from '../redis-server.ts';

let server: TestRedis;
let connections: RedisConnections;
let redis: Redis;

beforeAll(async () => {
  server = await TestRedis.start();
  connections = new RedisConnections(server.url, pino({ level: 'silent' }));
  redis = await connections.connect('test');
});

afterAll(async () => {
  await connections[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

accessStoreContract('a store in Redis', async () => new RedisAccessStore(redis, randomUUID()));
receiptsContract('a keeper in Redis', async () => {
  const [prefix, holder] = [randomUUID(), 'test'];
  const list = new ReplyList({
    redis,
    prefix,
    account: 'test-1',
    holder,
    historyLifetimeMs: 60_000,
  });
  return {
    receipts: new RedisReceipts({ redis, prefix, holder }),
    ended: async (anchor) => {
      await redis.rpush(new QueueKeys(prefix).replies('c'), `${anchor} 1 ${anchor} {}`);
      const begun = await list.begin('c');
      if (begun === null) throw new Error('there is no reply');
      expect(await list.pop(begun.turn, anchor, { ends: anchor })).toEqual({
        kind: 'popped',
        next: null,
      });
    },
  };
});

partStoreContract(
  'a part store in Redis',
  async () => new RedisPartStore({ redis, prefix: randomUUID(), account: 'test-1' }),
);

it('of who asks to be let in, and of an owner, nothing is kept but who and where it is', async () => {
  const prefix = randomUUID();
  const store = new RedisAccessStore(redis, prefix);
  const place = { person: 'a:1', account: 'a-9', conversation: 'a-9.x', address: 'x' };
  // As it would come from a caller that hands on all that it has.
  const more = { ...place, text: 'my diary', message: { text: 'my diary' } };
  const limits = { lifetimeMs: 60_000, quietMs: 0, most: 9 };
  await store.ask({ from: more, code: 'CODE', message: 'm', nowMs: 1 }, limits);
  await store.noteOwner(more);
  const { asks, ownerPlaces } = accessKeys(prefix);
  const kept = [await redis.hget(asks, 'a:1'), await redis.hget(ownerPlaces, 'a:1')].join('\n');
  expect(kept).toContain('a-9.x');
  expect(kept).not.toContain('diary');
});

it('something is told once, by the prompt that came first, and for a day', async () => {
  const prefix = randomUUID();
  const tell = tellOnce(redis, prefix);
  expect(await tell('one', 'dc-1')).toBe(true);
  expect(await tell('one', 'dc-2')).toBe(false);
  expect(await tell('one', 'dc-1')).toBe(true);
  expect(await tell('two', 'dc-2')).toBe(true);
  const [key = ''] = await redis.keys(`*${prefix}*once:one`);
  const leftMs = await redis.pttl(key);
  expect(leftMs).toBeGreaterThan(0);
  expect(leftMs).toBeLessThanOrEqual(24 * 60 * 60_000);
});

let ticks = 0;
memoryContract('a memory in Redis', async (most) => {
  const clock = { now: () => (ticks += 1) };
  return new RedisMemory({ redis, prefix: randomUUID(), account: () => 'test-1', clock, most });
});

it('a memory forgets what was noted too long ago, and ends by itself', async () => {
  let nowMs = 0;
  const options = { redis, prefix: randomUUID(), account: () => 'test-1' };
  const clock = { now: () => nowMs };
  const memory = new RedisMemory({ ...options, clock, lifetimeMs: 60_000 });
  await memory.set('old', '1');
  nowMs = 60_001;
  await memory.set('new', '2');
  expect(await memory.entries()).toEqual([['new', '2']]);
  const keys = await redis.keys(`{${options.prefix}}:*`);
  for (const key of keys) expect(await redis.pttl(key)).toBeGreaterThan(0);
});

it('files of a prompt are there until it is answered, all of them or none, and end by themselves', async () => {
  const prefix = randomUUID();
  const files = new RedisPromptFiles(redis, prefix);
  expect(await files.load('p', 1)).toBeUndefined();
  await files.put('p', [Buffer.from([0, 255, 10]), Buffer.from('two')]);
  await files.put('p', [Buffer.from([0, 255, 13]), Buffer.from('two')]);
  expect(await files.load('p', 2)).toEqual(['AP8N', 'dHdv']);
  expect(await files.load('p', 3)).toBeUndefined();
  const [key = ''] = await redis.keys(`*${prefix}*`);
  expect(await redis.pttl(key)).toBeGreaterThan(23 * 3_600_000);
  await files.release('p');
  expect(await files.load('p', 2)).toHaveLength(2);
  expect(await redis.pttl(key)).toBeLessThanOrEqual(600_000);
  await files.put('none', []);
  expect(await files.load('none', 0)).toEqual([]);
});
