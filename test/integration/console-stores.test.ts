import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { RedisIncidents } from '../../src/redis/incident-list.ts';
import { RedisMinuteBook } from '../../src/redis/minute-book.ts';
import { RedisPresence } from '../../src/redis/presence.ts';
import { everythingIn } from '../everything-kept.ts';
import { TestRedis } from '../redis-server.ts';

const incident = { level: 'warn', source: 'platform', subject: 'discord', what: 'x' } as const;
const account = {
  platform: 'discord',
  account: 'discord-1',
  displayName: 'Grok',
  state: 'up',
  lastEventAtMs: 5,
} as const;
const note = {
  sides: 'bridge',
  host: 'here',
  pid: 7,
  startedAtMs: 1000,
  atMs: 10_000_000,
  rssBytes: 1,
  accounts: [account],
} as const;

describe('what the console keeps in Redis', () => {
  it('is bounded, has an end, and begins with our prefix', async () => {
    await using server = await TestRedis.start();
    await using stack = new AsyncDisposableStack();
    const redis = stack.adopt(new Redis(server.url), (one) => one.disconnect());
    const incidents = new RedisIncidents(redis, 'p');
    for (let at = 0; at < 700; at += 1) await incidents.note({ ...incident, facts: { at } });
    await new RedisMinuteBook(redis, 'p').add(60_001, new Map([['answered', 2]]));
    await new RedisPresence(redis, 'p').tell('a', note);
    const kept = await everythingIn(server.url);
    expect([...kept.keys()].filter((key) => !key.startsWith('{p}:'))).toEqual([]);
    expect([...kept.values()].filter(({ ttlMs }) => ttlMs <= 0)).toEqual([]);
    expect(kept.size).toBe(4);
    expect(await redis.xlen('{p}:incidents')).toBeLessThan(500);
  });

  it('tells incidents newest first, and leaves out what it cannot read', async () => {
    await using server = await TestRedis.start();
    await using stack = new AsyncDisposableStack();
    const redis = stack.adopt(new Redis(server.url), (one) => one.disconnect());
    const incidents = new RedisIncidents(redis, 'p');
    await incidents.note({ ...incident, facts: { account: 'a', tookMs: 5 } });
    await redis.xadd('{p}:incidents', '*', 'of', 'a newer version');
    await redis.xadd('{p}:incidents', '*', 'level', 'info', 'source', 's', 'subject', '', 'what', 'w', 'facts', '{'); // prettier-ignore
    await incidents.note({ ...incident, what: 'y', facts: {} });
    const found = await incidents.newest(10);
    expect(found.map(({ what, facts }) => [what, facts])).toEqual([
      ['y', {}],
      ['x', { account: 'a', tookMs: 5 }],
    ]);
    expect(Math.abs((found[0]?.atMs ?? 0) - Date.now())).toBeLessThan(60_000);
  });

  it('adds up the minutes of all processes', async () => {
    await using server = await TestRedis.start();
    await using stack = new AsyncDisposableStack();
    const redis = stack.adopt(new Redis(server.url), (one) => one.disconnect());
    const [one, two] = [new RedisMinuteBook(redis, 'p'), new RedisMinuteBook(redis, 'p')];
    await one.add(60_001, new Map([['answered', 2]]));
    await two.add(119_999, new Map([['answered', 3], ['other', 1]])); // prettier-ignore
    const [minute, next] = await one.read([60_000, 120_000]);
    expect(Object.fromEntries(minute ?? [])).toEqual({ answered: 5, other: 1 });
    expect(next?.size).toBe(0);
  });

  it('knows who is here, who is gone, and who has said good-bye', async () => {
    await using server = await TestRedis.start();
    await using stack = new AsyncDisposableStack();
    const redis = stack.adopt(new Redis(server.url), (one) => one.disconnect());
    const presence = new RedisPresence(redis, 'p');
    await presence.tell('killed', note);
    await presence.tell('stopped', { ...note, pid: 8 });
    await presence.tell('runs', { ...note, pid: 9 });
    await redis.hset('{p}:processes', 'newer', '{"v":9}');
    await presence.leave('stopped');
    // As fifteen seconds after the last sign of life.
    await redis.del('{p}:processes:killed');
    const seen = async (nowMs: number) =>
      (await presence.all(nowMs)).map(({ pid, isHere }) => [pid, isHere]);
    expect(await seen(note.atMs + 60_000)).toEqual([
      [7, false],
      [9, true],
    ]);
    expect(await seen(note.atMs + 61 * 60_000)).toEqual([[9, true]]);
    expect(await redis.hexists('{p}:processes', 'killed')).toBe(0);
  });
});
