import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { backoffMs } from '../../src/credentials/schedule.ts';
import { until } from './credential-model.ts';
import { Processes } from './credential-processes.ts';
import { SilentWire } from './credential-silent-wire.ts';

let all: Processes;

beforeEach(async () => {
  all = await Processes.start();
});
afterEach(async () => all[Symbol.asyncDispose]());

const busy = { kind: 'status', status: 429, body: '' } as const;

describe('a token endpoint that', () => {
  test('is busy is asked once in each wait by all processes together, and the waits grow', async () => {
    const timings = { retries: 0 };
    const [first, second] = [await all.due({ timings }), await all.launch({ timings })];
    const fleet = [first, second];
    for (let failures = 1; failures <= 5; failures += 1) {
      all.server.plan.push(busy);
      for (const child of fleet) await all.tell(child, { do: 'due' });
      for (const child of fleet) await all.tell(child, { do: 'due' });
      expect(all.server.totalSends).toBe(failures);
      const record = await all.admin.hgetall(all.key('rec'));
      const waitMs = Number(record['next_at']) - Number(record['err_at']);
      expect(waitMs).toBeGreaterThanOrEqual(backoffMs(failures, false, 0));
      expect(waitMs).toBeLessThanOrEqual(backoffMs(failures, false, 1));
      await all.admin.hset(all.key('rec'), 'next_at', 1);
      for (const child of fleet) await all.tell(child, { do: 'state' });
    }
    await until(async () => (await all.tell(first, { do: 'due' })) === 1);
    expect([...all.server.sends.values()]).toEqual([6]);
    expect(all.server.reuses).toBe(0);
  });

  test('lies is not believed, nor asked again by any process', async () => {
    const fleet = [await all.launch(), await all.launch()];
    for (const [status, body] of [
      [200, '<html>'],
      [200, '{"access_token":7}'],
      [500, 'oops'],
    ] as const) {
      await all.signInDue(fleet);
      const before = all.server.totalSends;
      all.server.plan.push({ kind: 'status', status, body });
      for (const child of [...fleet, ...fleet]) {
        await until(async () => {
          await all.tell(child, { do: 'due' });
          return (await all.stateOf(child)).state === 'ambiguous';
        });
      }
      expect(all.server.totalSends - before).toBe(1);
    }
  });
});

test('a token endpoint that refuses a token for good, after another process signed in anew, ends nothing', async () => {
  all.server.plan.push({ kind: 'status', status: 400, body: '{"error":"invalid_grant"}' });
  const { owner, run, release } = await all.midExchange();
  const peer = await all.launch();
  const fresh = all.server.signIn();
  await all.tell(peer, { do: 'sign-in', ...fresh });
  release();
  await run;
  for (const child of [owner, peer]) {
    const { state, secret } = await all.stateOf(child);
    expect({ state, secret }).toEqual({ state: 'active', secret: fresh.access });
  }
  expect(await all.admin.hget(all.key('rec'), 'st')).toBe('active');
  expect(all.server.plan).toEqual([]);
  expect(all.server.totalSends).toBe(1);
});

test('an API that refuses every token gets two refreshes from all processes together, then the loop is broken', async () => {
  const [first, second] = [await all.launch(), await all.launch()];
  await all.tell(first, { do: 'sign-in', ...all.server.tokens });
  await all.tell(second, { do: 'state' });
  for (let round = 0; round < 4; round += 1) {
    await Promise.all(
      [first, second].map(async (child) => all.tell(child, { do: 'refuse', requests: 5 })),
    );
  }
  expect(all.server.totalSends).toBe(2);
  for (const child of [first, second]) {
    expect((await all.stateOf(child)).state).toBe('quarantined');
  }
});

test('processes whose news fell silent look for themselves, and their requests go on with the new token', async () => {
  await using wire = await SilentWire.to(all.redis.port);
  const timings = { antiEntropyMs: 60_000, spillScanMs: 60_000, pollMinMs: 200, pollMaxMs: 400 };
  const owner = await all.launch({ timings });
  await all.tell(owner, { do: 'sign-in', ...all.server.tokens });
  const deaf = await Promise.all(
    [1, 2].map(async () => all.launch({ timings, newsUrl: wire.url })),
  );
  // Long enough that the others wait for its outcome.
  all.server.hold = systemClock.sleep(700);
  const arrived = all.server.arrival();
  const asked = [all.tell(owner, { do: 'refuse', requests: 1 })];
  await arrived;
  wire.fallSilent();
  asked.push(...deaf.map(async (child) => all.tell(child, { do: 'refuse', requests: 20 })));
  expect(await Promise.all(asked)).toEqual([['again'], ['again'], ['again']]);
  for (const child of deaf) {
    expect((await all.stateOf(child)).secret).toBe(all.server.tokens.access);
  }
  expect(all.server.totalSends).toBe(1);
});
