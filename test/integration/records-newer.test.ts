import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { makeKey, parseKeyRing } from '../../src/credentials/key-ring.ts';
import { parseRecord } from '../../src/credentials/record.ts';
import { SpillFolder } from '../../src/credentials/spill.ts';
import { promptsQueue } from '../../src/queue/queue-keys.ts';
import { RedisReceipts } from '../../src/queue/redis-receipts.ts';
import { RedisAccessStore } from '../../src/redis/access-store.ts';
import { EmbeddedRedis } from '../../src/redis/embedded.ts';
import { layoutKey, rootKey } from '../../src/redis/keys.ts';
import { noteLayout, requireKnownLayout } from '../../src/redis/layout.ts';
import { TestRedis } from '../redis-server.ts';
import { account, answer, Deployment, Events, prompt, said, words } from './queue-harness.ts';

let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Heard by the log of a process: `RECORD_NEWER`, each time it left something. */
function listening() {
  const left = new Events<string>();
  const write = (line: string) => {
    const { code, msg } = JSON.parse(line) as { code?: string; msg: string };
    if (code === 'RECORD_NEWER') left.push(msg);
  };
  return { left, log: pino({ level: 'error' }, { write }) };
}

describe('of what a newer version wrote, an older one leaves', () => {
  it('a reply at the head of its list, and delivers in other conversations', async () => {
    await using deployment = new Deployment(server.url);
    const { left, log } = listening();
    const delivered = new Events<string>();
    const list = deployment.keys.replies(`${account}.c`);
    await deployment.redis.rpush(list, 'm 0 m {"v":2,"said":"otherwise"}');
    await deployment.queue.say('m-c', words(prompt('c', 1), 'behind it', true));
    await deployment.queue.say('m-d', words(prompt('d', 1), 'elsewhere', true));
    await deployment.bridge(
      async ({ text }) => {
        delivered.push(text);
        return { kind: 'delivered' };
      },
      { log, concurrency: 1 },
    );
    await delivered.until((all) => all.includes('elsewhere'));
    await left.until((all) => all.length > 0);
    expect(delivered.all).toEqual(['elsewhere']);
    expect(await deployment.redis.llen(list)).toBe(2);
    expect(await deployment.redis.exists(deployment.keys.deadLetters)).toBe(0);
  });

  it('a reply of which it noted what was posted, and the note', async () => {
    await using deployment = new Deployment(server.url);
    const { left, log } = listening();
    const { redis, prefix, keys } = deployment;
    const receipts = new RedisReceipts({ redis, prefix, holder: 'older' });
    await receipts.sent('c-1', 0, 'm1');
    expect(await redis.hget(keys.receipts('c-1'), 'v')).toBe('1');
    await redis.hset(keys.receipts('c-1'), 'v', '2');
    await deployment.queue.say('m-c', words(prompt('c', 1), 'said', true));
    const before = await redis.hgetall(keys.receipts('c-1'));
    await deployment.bridge(
      async ({ anchor }) => {
        await receipts.load(anchor);
        return { kind: 'delivered' };
      },
      { log },
    );
    await left.until((all) => all.length > 0);
    expect(await redis.llen(keys.replies(`${account}.c`))).toBe(1);
    expect(await redis.hgetall(keys.receipts('c-1'))).toEqual(before);
    await redis.hdel(keys.receipts('c-1'), 'v');
    expect([...(await receipts.load('c-1')).keys()]).toEqual([0]);
  });

  it('a turn of the queue, and takes those it knows', async () => {
    await using deployment = new Deployment(server.url);
    const { left, log } = listening();
    const { redis, keys, prefix } = deployment;
    await deployment.queue.enqueue(prompt('c', 1), said);
    const job = `${rootKey(prefix)}:${promptsQueue}:1`;
    expect(JSON.parse((await redis.hget(job, 'data')) ?? '')).toEqual({
      v: 1,
      conversation: `${account}.c`,
    });
    await redis.hset(job, 'data', '{"v":2,"conversations":["c"]}');
    const events = new Events<string>();
    await deployment.queue.enqueue(prompt('d', 1), said);
    const metrics = {
      settled: ({ id }: { id: string }) => events.push(id),
      retried: () => undefined,
      deadLettered: () => undefined,
    };
    await deployment.worker(answer, { log, metrics, concurrency: 1 });
    await events.until((all) => all.includes('d-1'));
    await left.until((all) => all.length > 0);
    expect(events.all).toEqual(['d-1']);
    expect(await redis.exists(job)).toBe(1);
    expect(await redis.llen(keys.prompts(`${account}.c`))).toBe(1);
  });

  it('who has asked for access, and where an owner is', async () => {
    await using deployment = new Deployment(server.url);
    const { redis } = deployment;
    const prefix = randomUUID();
    const store = new RedisAccessStore(redis, prefix);
    const key = (name: string) => `${rootKey(prefix)}:access:${name}`;
    const limits = { lifetimeMs: 60_000, quietMs: 0, most: 2 };
    const newerPlace = JSON.stringify({ v: 1, expires: 5000, place: '{"v":2}' });
    const place = { person: 'p', account: 'a', conversation: 'c', address: '5' };
    const ask = async (person: string) => {
      const from = { ...place, person };
      return store.ask({ from, code: `CODE-${person}`, message: 'm', nowMs: 1 }, limits);
    };
    await redis.hset(key('asks'), 'newer', '{"v":2}', 'broken', '{', 'old', '{"expires":5000}');
    await redis.hset(key('codes'), 'CODE-newer', 'newer');
    await redis.hset(key('owner-places'), 'q', '{"v":2}');
    expect(await ask('newer')).toBe('full');
    expect(await ask('ann')).toEqual({ code: 'CODE-ann', message: 'm' });
    expect(await ask('bob')).toBe('full');
    expect(await store.approve('CODE-newer', 1)).toBeUndefined();
    expect(await store.holder('CODE-newer', 1)).toBeUndefined();
    expect(await store.approve('CODE-ann', 1)).toBe('ann');
    expect(await store.askedFrom('newer', 1)).toBeUndefined();
    expect(await store.askedFrom('ann', 1)).toEqual({ ...place, person: 'ann' });
    await store.noteOwner(place);
    expect(await store.ownerPlaces()).toEqual([place]);
    expect(await redis.hgetall(key('owner-places'))).toMatchObject({ q: '{"v":2}' });
    expect(Object.keys(await redis.hgetall(key('asks'))).toSorted()).toEqual(['ann', 'newer']);
    // As an older version wrote it, or with a place of a newer one.
    await redis.hset(key('asks'), 'ann', '{"expires":5000}', 'bob', newerPlace);
    expect(await store.askedFrom('ann', 1)).toBeUndefined();
    expect(await store.askedFrom('bob', 1)).toBeUndefined();
  });

  it('a Redis whose keys it laid out otherwise', async () => {
    await using deployment = new Deployment(server.url);
    const { redis, prefix } = deployment;
    await requireKnownLayout(redis, prefix);
    expect(await redis.exists(layoutKey(prefix))).toBe(0);
    await noteLayout(redis, prefix);
    await requireKnownLayout(redis, prefix);
    await redis.set(layoutKey(prefix), '2');
    await noteLayout(redis, prefix);
    await expect(requireKnownLayout(redis, prefix)).rejects.toMatchObject({ code: 'RECORD_NEWER' });
    expect(await redis.get(layoutKey(prefix))).toBe('2');
  });

  it('a Redis of the data folder that it has noted otherwise: there are never two', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'grok-bridge-newer-'));
    try {
      const note = join(dataDir, 'redis', 'server.json');
      mkdirSync(join(dataDir, 'redis'));
      writeFileSync(note, '{"v":2,"socket":"here"}');
      const opened = EmbeddedRedis.open({
        dataDir,
        clock: systemClock,
        log: pino({ level: 'silent' }),
      });
      await expect(opened).rejects.toMatchObject({ code: 'RECORD_NEWER' });
      expect(readFileSync(note, 'utf8')).toBe('{"v":2,"socket":"here"}');
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });

  it('a spilled answer of the token endpoint, and says so', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'grok-bridge-newer-'));
    try {
      const folder = new SpillFolder(dataDir, parseKeyRing(makeKey('k')));
      const about = { name: 'main', attempt: 'a', epoch: 1, generation: 1, spentPrint: '' };
      const spill = await folder.open({ ...about, resend: false });
      await spill.leave();
      const file = join(dataDir, 'spill', 'main.a.spill');
      const text = readFileSync(file, 'latin1').replace('"v":1', '"v":2');
      writeFileSync(file, text, 'latin1');
      const told: string[] = [];
      expect(await folder.find(new Set(), (why) => told.push(why))).toEqual([]);
      expect(told).toHaveLength(1);
      expect(readFileSync(file, 'latin1')).toBe(text);
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

it('a record of a sign-in that a newer version wrote is refused as such, not taken for none', () => {
  const record = { v: '2', kind: 'oauth', epoch: '1', gen: '1', st: 'active' };
  expect(() => parseRecord('main', record)).toThrow(
    expect.objectContaining({ code: 'RECORD_NEWER' }),
  );
  expect(parseRecord('main', { ...record, v: '1' })).toMatchObject({ epoch: 1 });
});
