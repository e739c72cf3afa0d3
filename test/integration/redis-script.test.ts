import { randomUUID } from 'node:crypto';

import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { Script } from '../../src/redis/script.ts';
import { TestRedis } from '../redis-server.ts';

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await TestRedis.start();
  redis = new Redis(server.url);
});

afterAll(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});

const set = (value: string) =>
  new Script(`redis.call('SET', KEYS[1], '${value}') return '${value}'`);

it('what follows a script finds what it has done, and is sent before its answer has come', async () => {
  const key = randomUUID();
  const script = set('done');
  await script.run(redis, [randomUUID()], []);
  const order: string[] = [];
  const found: (string | null)[] = [];
  const running = script.runThen(redis, [key], [], async () => {
    order.push('followed');
    found.push(await redis.get(key));
  });
  order.push('called');
  expect(await running).toBe('done');
  expect([order, found]).toEqual([['followed', 'called'], ['done']]);
});

it('what follows a script that Redis has forgotten comes once more, after it', async () => {
  const key = randomUUID();
  await redis.script('FLUSH');
  const found: (string | null)[] = [];
  const answer = await set('late').runThen(redis, [key], [], async () => {
    found.push(await redis.get(key));
  });
  expect([answer, found]).toEqual(['late', [null, 'late']]);
});

it('a script that fails rejects, whatever follows it; so does what follows', async () => {
  const broken = new Script("return redis.error_reply('ERR broken')");
  await expect(broken.runThen(redis, [], [], async () => undefined)).rejects.toThrow('broken');
  const failing = async () => {
    throw new Error('follow failed');
  };
  await expect(set('x').runThen(redis, [randomUUID()], [], failing)).rejects.toThrow(
    'follow failed',
  );
});
