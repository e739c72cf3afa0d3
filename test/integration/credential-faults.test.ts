import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { age, quick, until } from './credential-model.ts';
import { Processes } from './credential-processes.ts';

let all: Processes;

beforeEach(async () => {
  all = await Processes.start();
});
afterEach(async () => all[Symbol.asyncDispose]());

/** However long a machine takes over anything, an answer is waited for. */
const patient = {
  exchangeMs: 20_000,
  maxHoldMs: 25_000,
  strangerResendMs: 25_000,
  drainMs: 21_000,
};

describe('processes', () => {
  test('that all meet the refusal at once make one token call', async () => {
    const fleet = await Promise.all([1, 2, 3, 4].map(async () => all.launch()));
    const [first] = fleet;
    if (first === undefined) throw new Error('no process');
    await all.tell(first, { do: 'sign-in', ...all.server.tokens });
    await Promise.all(fleet.map(async (child) => all.tell(child, { do: 'state' })));
    const asked = fleet.map(async (child) => all.tell(child, { do: 'refuse', requests: 100 }));
    expect(await Promise.all(asked)).toEqual(fleet.map(() => ['again']));
    expect(all.server.totalSends).toBe(1);
  });

  test('whose clocks are a day off decide nothing differently', async () => {
    const day = 24 * 3_600_000;
    const fleet = await Promise.all([day, -day, 0].map(async (skewMs) => all.launch({ skewMs })));
    for (const child of fleet) {
      await all.tell(child, { do: 'sign-in', ...all.server.signIn() });
      await all.tell(child, { do: 'due' });
      expect(all.server.totalSends).toBe(0);
    }
    await age(all.admin, all.prefix, 'default', 3_000_000);
    await Promise.all(fleet.map(async (child) => all.tell(child, { do: 'state' })));
    await Promise.all(fleet.map(async (child) => all.tell(child, { do: 'due' })));
    expect(all.server.totalSends).toBe(1);
    for (const child of fleet)
      expect((await all.stateOf(child)).secret).toBe(all.server.tokens.access);
  });
});

describe('an owner in the middle of its exchange', () => {
  test('killed with -9 leaves a parked credential, served and not sent again', async () => {
    const { owner, release } = await all.midExchange();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    release();
    const heir = await all.launch();
    await until(async () => (await all.stateOf(heir)).state === 'ambiguous');
    await all.tell(heir, { do: 'due' });
    const { state: now, secret, generation } = await all.stateOf(heir);
    expect([now, generation]).toEqual(['ambiguous', 1]);
    expect(secret).toBeDefined();
    expect(all.server.totalSends).toBe(1);
  });

  test.each([
    ['followed by one re-send within the time it forgives', 0, 2],
    ['not sent again when that time is over', 10_000, 1],
  ])('killed with -9, its server known to forgive a repeat, is %s', async (_, laterMs, sends) => {
    all.server.forgiving = true;
    const window = { forgivingFromMs: 1_500, forgivingToMs: 9_000, retryWindowMs: 9_000 };
    const timings = { ...patient, ...window };
    const { owner, release } = await all.midExchange({ timings });
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    release();
    await age(all.admin, all.prefix, 'default', laterMs);
    const heir = await all.launch({ timings });
    await until(async () => {
      await all.tell(heir, { do: 'due' });
      const { state, generation } = await all.stateOf(heir);
      return sends === 2 ? generation === 2 : state === 'ambiguous';
    });
    await all.tell(heir, { do: 'due' });
    expect([...all.server.sends.values()]).toEqual([sends]);
    expect(all.server.reuses).toBe(0);
    if (sends === 1) return;
    const [first, second] = await timesOf('begin', 'resend');
    expect(second - first).toBeGreaterThanOrEqual(window.forgivingFromMs);
    expect(second - first).toBeLessThan(window.forgivingToMs + 1_000);
  });

  test('killed with -9 after the answer is on disk loses nothing: the next start commits it', async () => {
    const { owner, release } = await all.midExchange();
    process.kill(all.redis.pid, 'SIGSTOP');
    release();
    await until(async () => {
      const files = await readdir(join(all.dataDir, 'spill'));
      const spill = files.find((file) => file.endsWith('.spill'));
      if (spill === undefined) return false;
      return (await readFile(join(all.dataDir, 'spill', spill), 'latin1')).includes('1|k1|');
    });
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    process.kill(all.redis.pid, 'SIGCONT');
    const heir = await all.launch();
    expect(await all.stateOf(heir)).toEqual({
      state: 'active',
      generation: 2,
      secret: all.server.tokens.access,
    });
    expect(all.server.totalSends).toBe(1);
  });

  test('stopped for longer than its lease is not overtaken, and its late answer counts', async () => {
    const { owner, run, release } = await all.midExchange();
    owner.kill('SIGSTOP');
    await until(async () => (await all.admin.exists(all.key('lease'))) === 0);
    const other = await all.launch();
    await all.tell(other, { do: 'due' });
    expect((await all.stateOf(other)).state).toBe('ambiguous');
    release();
    owner.kill('SIGCONT');
    expect(await run).toBe(1);
    await until(async () => (await all.stateOf(other)).generation === 2);
    expect((await all.stateOf(other)).secret).toBe(all.server.tokens.access);
    expect(all.server.totalSends).toBe(1);
  });

  test('commits to a Redis that was killed and came back meanwhile', async () => {
    const { owner, run, release } = await all.midExchange();
    await all.redis.kill();
    release();
    await all.redis.restart();
    expect(await run).toBe(1);
    expect(await all.stateOf(owner)).toEqual({
      state: 'active',
      generation: 2,
      secret: all.server.tokens.access,
    });
    expect(all.server.totalSends).toBe(1);
  });
});

describe('an owner that has not sent yet', () => {
  test('killed with -9 is followed by a peer within a second of its lease, and there is one send', async () => {
    const { owner, peer } = await all.stoppedAt('WON');
    owner.kill('SIGKILL');
    expect(await all.tell(peer, { do: 'due' })).toBe(1);
    expect((await all.stateOf(peer)).secret).toBe(all.server.tokens.access);
    expect(all.server.totalSends).toBe(1);
    const [first, second] = await timesOf('begin');
    expect(second - first).toBeLessThan((quick.leaseMs ?? 0) + 1_000);
  });

  test('stopped after it wrote “sent” looks again when it goes on, and sends nothing if it may not', async () => {
    const { owner, peer, run } = await all.stoppedAt('SENT');
    await until(async () => (await all.admin.exists(all.key('lease'))) === 0);
    await all.tell(peer, { do: 'due' });
    expect((await all.stateOf(peer)).state).toBe('ambiguous');
    expect(all.server.totalSends).toBe(0);
    owner.kill('SIGCONT');
    await run;
    await until(async () => {
      await all.tell(peer, { do: 'due' });
      return (await all.stateOf(peer)).generation === 2;
    });
    expect(all.server.totalSends).toBe(1);
    expect(all.server.revoked).toBe(false);
  });

  test('stopped until a peer sent in its place sends nothing when it goes on', async () => {
    const { owner, peer, run } = await all.stoppedAt('SENT');
    await until(async () => (await all.admin.exists(all.key('lease'))) === 0);
    await age(all.admin, all.prefix, 'default', 600_000);
    await until(async () => {
      await all.tell(peer, { do: 'due' });
      return (await all.stateOf(peer)).generation === 2;
    });
    owner.kill('SIGCONT');
    await run;
    expect((await all.stateOf(owner)).secret).toBe(all.server.tokens.access);
    expect(all.server.totalSends).toBe(1);
  });
});

describe('an older file of Redis, put back while the processes live,', () => {
  test('is repaired from what they know, and the token that it takes for good is not sent', async () => {
    const owner = await all.due();
    const peer = await all.launch();
    await using older = await all.redis.copy();
    expect(await all.tell(owner, { do: 'due' })).toBe(1);
    await until(async () => (await all.stateOf(peer)).generation === 2);
    await older.putBack();
    await until(async () => (await told()).includes('restored'));
    expect(await told()).not.toContain('refreshed');
    for (const child of [owner, peer]) {
      await all.tell(child, { do: 'due' });
      expect((await all.stateOf(child)).secret).toBe(all.server.tokens.access);
    }
    expect(all.server.totalSends).toBe(1);
    expect(await all.tell(peer, { do: 'refuse-until-renewed' })).toBe(3);
    expect(all.server.totalSends).toBe(2);
    expect(all.server.reuses).toBe(0);
  });

  test('is told of a refresh that is under way, and gets its answer', async () => {
    const owner = await all.due({ timings: patient });
    const peer = await all.launch({ timings: patient });
    await using older = await all.redis.copy();
    const held = Promise.withResolvers<void>();
    all.server.hold = held.promise;
    const arrived = all.server.arrival();
    const run = all.tell(owner, { do: 'due' });
    await arrived;
    await older.putBack();
    await until(async () => (await all.admin.hget(all.key('intent'), 'phase')) === 'sent');
    expect(await told()).not.toContain('begin');
    await all.tell(peer, { do: 'due' });
    held.resolve();
    expect(await run).toBe(1);
    await until(async () => (await all.stateOf(peer)).generation === 2);
    expect((await all.stateOf(peer)).secret).toBe(all.server.tokens.access);
    expect(all.server.totalSends).toBe(1);
  });
});

/** The kinds of what Redis knows to have happened, oldest first. */
async function told(): Promise<string[]> {
  const entries = await all.admin.xrange(all.key('hist'), '-', '+');
  return entries.map(([, fields]) => fields[fields.indexOf('kind') + 1] ?? '');
}

/** When the two events of these kinds were, by Redis' clock. */
async function timesOf(...kinds: string[]): Promise<[number, number]> {
  const entries = await all.admin.xrange(all.key('hist'), '-', '+');
  const times = entries.flatMap(([id, fields]) =>
    kinds.some((kind) => fields.includes(kind)) ? [id] : [],
  );
  return z.tuple([z.number(), z.number()]).parse(times.map((id) => Number(id.split('-', 1)[0])));
}
