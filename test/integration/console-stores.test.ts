import { Redis } from 'ioredis';
import { describe, expect, it } from 'vitest';

import { CredentialKeys } from '../../src/credentials/keys.ts';
import { readPast } from '../../src/credentials/past.ts';
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

describe('what befell a sign-in', () => {
  it('is told newest first, with why it was refreshed, bounded, and without the ids of attempts', async () => {
    await using server = await TestRedis.start();
    await using stack = new AsyncDisposableStack();
    const redis = stack.adopt(new Redis(server.url), (one) => one.disconnect());
    const note = async (at: number, kind: string, gen: number, detail: string) =>
      redis.xadd('{p}:cred:main:hist', '*', 'at', at, 'kind', kind, 'epoch', 1, 'gen', gen, 'detail', detail); // prettier-ignore
    const attempt = '0f6c-attempt';
    await note(1, 'login', 1, '');
    await note(2, 'begin', 1, 'proactive');
    await note(3, 'failed', 1, 'answered server_error');
    await note(4, 'begin', 1, 'reactive');
    await note(5, 'refreshed', 2, attempt);
    await redis.xadd('{p}:cred:main:hist', '*', 'of', 'a newer version');
    await note(6, 'parked', 2, attempt);
    const keys = new CredentialKeys('p');
    const past = await readPast(redis, keys, 'main', 10);
    expect(past.map(({ atMs, kind, detail }) => [atMs, kind, detail])).toEqual([
      [6, 'parked', ''],
      [5, 'refreshed', 'reactive'],
      [3, 'failed', 'answered server_error'],
      [1, 'login', ''],
    ]);
    expect(await readPast(redis, keys, 'main', 2)).toHaveLength(2);
    expect(await readPast(redis, keys, 'nobody', 2)).toEqual([]);
  });
});

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
