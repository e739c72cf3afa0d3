import { describe, expect, test } from 'vitest';
import { z } from 'zod';

import { systemClock } from '../../src/clock.ts';
import { CredentialKeys } from '../../src/credentials/keys.ts';
import { RedisCredentials } from '../../src/credentials/redis-store.ts';
import { RedisTime } from '../../src/credentials/redis-time.ts';
import { CredentialScripts } from '../../src/credentials/scripts.ts';
import { timings } from '../../src/credentials/timings.ts';
import { deploymentForEach } from './credential-deployment.ts';
import { type Fleet, age, imported } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let server: TokenServer;
let fleet: Fleet;
deploymentForEach(TokenServer, (made) => {
  ({ server, fleet } = made);
});

async function store() {
  const connection = await fleet.connect();
  const keys = new CredentialKeys(fleet.prefix);
  const limits = timings();
  const scripts = new CredentialScripts(connection, keys, new RedisTime(systemClock), 2_000);
  const rec = `{${fleet.prefix}}:cred:default:rec`;
  return { connection, store: new RedisCredentials(scripts, limits), rec };
}

const minted = { at_ct: 'x', rt_ct: 'y', at_fp: 'a2', rt_fp: 'r2', exp_ms: 9e12, due_ms: 8e12 };

describe('a commit', () => {
  test('is refused when the epoch, the generation or the spent token is another', async () => {
    const { store: s, connection, rec } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const before = await connection.hgetall(rec);
    const fence = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
    const print = before['rt_fp'] ?? '';
    expect((await s.commit({ ...fence, epoch: 0 }, print, minted)).kind).toBe('stale');
    expect((await s.commit({ ...fence, epoch: 2 }, print, minted)).kind).toBe('behind');
    expect((await s.commit({ ...fence, generation: 0 }, print, minted)).kind).toBe('stale');
    expect((await s.commit({ ...fence, generation: 2 }, print, minted)).kind).toBe('behind');
    expect((await s.commit(fence, 'another', minted)).kind).toBe('stale');
    expect(await connection.hgetall(rec)).toEqual(before);
    expect((await s.commit(fence, print, minted)).kind).toBe('ok');
    expect((await s.commit({ ...fence, attempt: 'b' }, print, minted)).kind).toBe('stale');
  });

  test('applied twice is applied once', async () => {
    const { store: s, connection, rec } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const print = (await connection.hget(rec, 'rt_fp')) ?? '';
    const fence = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
    await s.begin(fence, 'reactive', 'o');
    await s.begin(fence, 'reactive', 'o');
    expect(await s.sent(fence)).not.toBeNull();
    expect(await s.sent(fence)).not.toBeNull();
    await s.commit(fence, print, minted);
    const once = await connection.hgetall(rec);
    expect((await s.commit(fence, print, minted)).kind).toBe('ok');
    expect(await connection.hgetall(rec)).toEqual(once);
    const budget = await connection.hgetall(`{${fleet.prefix}}:cred:default:budget`);
    expect(Object.keys(budget)).toEqual(['m:2']);
  });
});

describe('leave to refresh', () => {
  const at = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
  const refusals: readonly [string, Record<string, string | number>, string, string][] = [
    ['a generation that moved on', { gen: 2 }, 'reactive', 'newer'],
    ['a newer sign-in', { epoch: 2 }, 'reactive', 'newer'],
    ['a generation that is yet to come', { gen: 0 }, 'reactive', 'rollback'],
    ['a quarantined sign-in', { st: 'quarantined' }, 'reactive', 'terminal'],
    ['a sign-in that can only serve', { st: 'at_only' }, 'mandatory', 'terminal'],
    ['a disabled sign-in', { st: 'disabled' }, 'proactive', 'terminal'],
    ['a failure’s wait', { next_at: 9e12 }, 'reactive', 'backoff'],
    ['a token that is not due', { v: 1 }, 'proactive', 'not-due'],
    ['a living token', { v: 1 }, 'mandatory', 'not-due'],
    ['a token minted just now', { minted_ms: 9e12 }, 'reactive', 'guard'],
  ];

  test.each(refusals)('is not given for %s', async (_, fields, reason, reply) => {
    const { store: s, connection, rec } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    await connection.hset(rec, fields);
    const asked = z.enum(['reactive', 'mandatory', 'proactive']).parse(reason);
    expect((await s.begin(at, asked, 'o')).kind).toBe(reply);
    expect(await connection.exists(`{${fleet.prefix}}:cred:default:intent`)).toBe(0);
    expect(await s.sent(at)).toBeNull();
  });

  test('is given to a token minted just now once the guard was spent on it', async () => {
    const { store: s, connection, rec } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    await connection.hset(rec, { minted_ms: 9e12 });
    expect((await s.begin(at, 'reactive-after-guard', 'o')).kind).toBe('won');
  });

  test('is not given a third time in a quarter of an hour while no request succeeds', async () => {
    const { store: s, connection } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const budget = `{${fleet.prefix}}:cred:default:budget`;
    await connection.hset(budget, { 'm:8': Date.now() - 60_000, 'm:9': Date.now() - 120_000 });
    expect((await s.begin(at, 'reactive', 'o')).kind).toBe('loop');
    await connection.hset(budget, { 'm:9': Date.now() - 3_600_000 });
    expect((await s.begin(at, 'reactive', 'o')).kind).toBe('won');
  });
});

describe('a failure', () => {
  test.each([
    ['proactive', 'at_only'],
    ['reactive', 'quarantined'],
  ] as const)(
    'that ends the grant in a %s refresh leaves the living access token %s',
    async (reason, state) => {
      const { store: s, connection, rec } = await store();
      await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
      await connection.hset(rec, 'due_ms', 1);
      const print = (await connection.hget(rec, 'rt_fp')) ?? '';
      const at = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
      await s.begin(at, reason, 'o');
      await s.sent(at);
      const why = { class: 'dead', code: 'invalid_grant', waitMs: 0 };
      expect(await s.fail(at, print, 'dead', why)).toEqual({ kind: 'ok', state });
    },
  );

  test('of another generation, token or attempt changes nothing', async () => {
    const { store: s, connection, rec } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const print = (await connection.hget(rec, 'rt_fp')) ?? '';
    const at = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
    await s.begin(at, 'reactive', 'o');
    await s.sent(at);
    const before = await connection.hgetall(rec);
    const why = { class: 'dead', code: 'invalid_grant', waitMs: 0 };
    expect((await s.fail({ ...at, generation: 0 }, print, 'dead', why)).kind).toBe('stale');
    expect((await s.fail({ ...at, epoch: 2 }, print, 'dead', why)).kind).toBe('stale');
    expect((await s.fail(at, 'another', 'dead', why)).kind).toBe('stale');
    expect((await s.fail({ ...at, attempt: 'b' }, print, 'dead', why)).kind).toBe('stale');
    expect(await connection.hgetall(rec)).toEqual(before);
    expect(await s.fail(at, print, 'dead', why)).toEqual({ kind: 'ok', state: 'quarantined' });
    const once = await connection.hgetall(rec);
    expect(await s.fail(at, print, 'dead', why)).toEqual({ kind: 'ok', state: 'quarantined' });
    expect(await connection.hgetall(rec)).toEqual(once);
  });
});

describe('a restored record', () => {
  test('is taken only where what is stored is older', async () => {
    const { store: s, connection, rec } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const { record } = await s.read('default');
    if (record === null) throw new Error('no record');
    await connection.hset(rec, { gen: 2 });
    expect(await s.restore(record, 'default', 0)).toBe(false);
    await connection.hset(rec, { gen: 1 });
    expect(await s.restore(record, 'default', 0)).toBe(false);
    await connection.hset(rec, { epoch: 0, gen: 9 });
    expect(await s.restore(record, 'default', 0)).toBe(true);
    expect(await connection.hmget(rec, 'epoch', 'gen')).toEqual(['1', '1']);
  });
});

describe('an intent', () => {
  test('that says sent outlives its lease: nobody may send, nobody may begin', async () => {
    const { store: s, connection } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const first = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
    const second = { ...first, attempt: 'b' };
    expect((await s.begin(first, 'reactive', 'o')).kind).toBe('won');
    expect((await s.begin(second, 'reactive', 'o')).kind).toBe('busy');
    await s.sent(first);
    await connection.del(`{${fleet.prefix}}:cred:default:lease`);
    expect(await s.sent(first)).toBeNull();
    expect((await s.begin(second, 'reactive', 'o')).kind).toBe('ambiguous');
    expect(await s.sent(second)).toBeNull();
    expect((await s.resolve(second, 'a', 'o', 'stranger', 0)).kind).toBe('parked');
  });

  test('that was only prepared is taken over when its lease has ended', async () => {
    const { store: s, connection } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const first = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
    await s.begin(first, 'reactive', 'o');
    await connection.del(`{${fleet.prefix}}:cred:default:lease`);
    expect((await s.begin({ ...first, attempt: 'b' }, 'reactive', 'o')).kind).toBe('won');
    expect(await s.sent(first)).toBeNull();
  });

  test('that Redis forgot is written again by the owner’s next sign of life', async () => {
    const { store: s, connection } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const first = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
    await s.begin(first, 'reactive', 'o');
    const sentAt = (await s.sent(first)) ?? 0;
    const keys = ['intent', 'lease'].map((part) => `{${fleet.prefix}}:cred:default:${part}`);
    await connection.del(...keys);
    expect(await s.renew(first, 'o', 'sent', sentAt, 'reactive')).toBe(true);
    expect((await s.begin({ ...first, attempt: 'b' }, 'reactive', 'o')).kind).toBe('busy');
  });

  test('of a re-send that never left is taken up again, and is still the only one', async () => {
    const { store: s, connection } = await store();
    const tool = await fleet.process({ tool: true });
    await tool.signIn('default', imported(server.tokens, 1_000_000));
    const at = (attempt: string) => ({ name: 'default', epoch: 1, generation: 1, attempt });
    const lease = `{${fleet.prefix}}:cred:default:lease`;
    await s.begin(at('a'), 'reactive', 'o');
    await s.sent(at('a'));
    await connection.del(lease);
    await age(connection, fleet.prefix, 'default', 2_000_000);
    expect((await s.resolve(at('b'), 'a', 'o', 'stranger', 0)).kind).toBe('won');
    await connection.del(lease);
    expect((await s.begin(at('c'), 'mandatory', 'o')).kind).toBe('ambiguous');
    expect((await s.resolve(at('c'), 'b', 'o', 'stranger', 0)).kind).toBe('won');
    expect(await s.sent(at('b'))).toBeNull();
    expect(await s.sent(at('c'))).not.toBeNull();
    await connection.del(lease);
    await age(connection, fleet.prefix, 'default', 100_000);
    expect((await s.resolve(at('d'), 'c', 'o', 'stranger', 0)).kind).toBe('spent');
    expect(await connection.hget(`{${fleet.prefix}}:cred:default:rec`, 'st')).toBe('quarantined');
  });
});
