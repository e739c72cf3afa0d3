import { afterEach, beforeEach, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { defaultTimings } from '../../src/credentials/timings.ts';
import { CertifiedServer } from '../integration/credential-certified-server.ts';
import {
  Fleet,
  age,
  imported,
  never,
  request,
  stale,
  until,
} from '../integration/credential-model.ts';
import { Processes } from '../integration/credential-processes.ts';

/** What takes as long as it takes outside: real processes with the timings of a real deployment. */
let all: Processes;
const { guardWaitsMs: _, ...timings } = defaultTimings;

beforeEach(async () => {
  all = await Processes.start();
});
afterEach(async () => all[Symbol.asyncDispose]());

async function fleetOf(count: number, lifeMs: number) {
  const fleet = await Promise.all(
    Array.from({ length: count }, async () => all.launch({ timings })),
  );
  const [first] = fleet;
  if (first === undefined) throw new Error('no process');
  await all.tell(first, { do: 'sign-in', ...all.server.tokens, lifeMs });
  await Promise.all(fleet.map(async (child) => all.tell(child, { do: 'state' })));
  return { fleet, first };
}

test.each([0, 5_000])(
  'a thousand refusals in eight processes within %i ms around a commit make one token call',
  async (overMs) => {
    const { fleet } = await fleetOf(8, 3_600_000);
    const held = Promise.withResolvers<void>();
    all.server.hold = held.promise;
    const arrived = all.server.arrival();
    const asked = Promise.all(
      fleet.map(async (child) => all.tell(child, { do: 'refuse', requests: 125, overMs })),
    );
    await arrived;
    await systemClock.sleep(overMs / 2);
    held.resolve();
    expect(await asked).toEqual(fleet.map(() => ['again']));
    for (const child of fleet) {
      expect((await all.stateOf(child)).secret).toBe(all.server.tokens.access);
    }
    expect(all.server.totalSends).toBe(1);
  },
);

test('refusals over five seconds around a commit spend one refresh token of a certified server', async () => {
  await using server = await CertifiedServer.start();
  await using fleet = await Fleet.make(all.redis.url, server.issuer);
  const overMs = 5_000;
  server.faults.inject({ match: '/token', fault: { kind: 'hang', ms: overMs / 2 } });
  const one = { clientId: server.clientId, timings: defaultTimings };
  const services = await Promise.all(Array.from({ length: 8 }, async () => fleet.process(one)));
  await services[0]?.signIn('default', imported(await server.signIn()));
  await Promise.all(services.map(async (service) => service.reload()));
  const advice = services.flatMap((service) =>
    Array.from({ length: 125 }, async (_unused, i) => {
      const session = service.begin({ ...request, prompt: `p${i}` });
      const token = await session.acquire(never);
      await systemClock.sleep((i / 125) * overMs);
      return session.refused(token, stale, never);
    }),
  );
  expect(new Set(await Promise.all(advice))).toEqual(new Set(['again']));
  expect(server.seen).toEqual({ refreshes: 1, revoked: 0 });
});

test('a token endpoint that takes longer than callers wait is asked once, and what it answers then serves', async () => {
  const { fleet, first } = await fleetOf(2, 3_600_000);
  const held = Promise.withResolvers<void>();
  all.server.hold = held.promise;
  const beganMs = performance.now();
  const asked = fleet.map(async (child) => all.tell(child, { do: 'refuse', requests: 50 }));
  expect(await Promise.all(asked)).toEqual([['wait'], ['wait']]);
  const waitedMs = performance.now() - beganMs;
  expect(waitedMs).toBeGreaterThan(timings.callerMs - 1_000);
  expect(waitedMs).toBeLessThan(timings.callerMs + 10_000);
  held.resolve();
  await until(async () => (await all.stateOf(first)).generation === 2);
  for (const child of fleet) {
    await until(async () => (await all.stateOf(child)).secret === all.server.tokens.access);
  }
  expect(all.server.totalSends).toBe(1);
});

test('while Redis is away for ten minutes the token serves and nothing is sent; then it is refreshed', async () => {
  const awayMs = Number(process.env['REDIS_AWAY_SECONDS'] ?? 600) * 1_000;
  const { fleet, first } = await fleetOf(2, 7_200_000);
  const { access } = all.server.tokens;
  await age(all.admin, all.prefix, 'default', 0.85 * 7_200_000);
  await Promise.all(fleet.map(async (child) => all.tell(child, { do: 'state' })));
  await all.redis.kill();
  const endMs = performance.now() + awayMs;
  let rounds = 0;
  while (performance.now() < endMs) {
    for (const child of fleet) {
      await all.tell(child, { do: 'due' }).catch(() => 0);
      expect((await all.stateOf(child)).secret).toBe(access);
    }
    rounds += 1;
    await systemClock.sleep(5_000);
  }
  expect(rounds).toBeGreaterThan(1);
  expect(all.server.totalSends).toBe(0);
  await all.redis.restart();
  await until(async () => {
    await all.tell(first, { do: 'due' }).catch(() => 0);
    return (await all.stateOf(first)).generation === 2;
  }, 120_000);
  expect((await all.stateOf(first)).secret).toBe(all.server.tokens.access);
  expect(all.server.totalSends).toBe(1);
});
