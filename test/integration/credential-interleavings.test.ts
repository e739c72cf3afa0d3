import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, test } from 'vitest';

import type { CredentialService } from '../../src/credentials/service.ts';
import { TestRedis } from '../redis-server.ts';
import { never, scriptsOf, stale } from './credential-model.ts';
import { type Behaviour, TokenServer } from './credential-server.ts';
import { Wires } from './credential-wires.ts';
import { World } from './credential-world.ts';

const runs = Number(process.env['CREDENTIAL_ORDERS'] ?? 40);
let redis: TestRedis;
let server: TokenServer;
/** Null: every step of every process goes to Redis as it comes. */
let order: fc.Scheduler | null = null;

beforeAll(async () => {
  redis = await TestRedis.start();
  server = await TokenServer.start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

/** A connection whose scripts run in the order that fast-check chooses among all processes. */
function ordered(connection: Redis, process: number): Redis {
  return scriptsOf(connection, async (run) => {
    await order?.schedule(Promise.resolve(), `step of ${process}`);
    return run();
  });
}

const acts = {
  due: async (service: CredentialService) => {
    await service.refreshDue(AbortSignal.timeout(1_000)).catch(() => 0);
  },
  refuse: async (service: CredentialService) => {
    const session = service.begin({ conversation: 'c', model: 'm', prompt: 'p' });
    const token = await session.acquire(never).catch(() => null);
    if (token !== null) await session.refused(token, stale, never);
  },
} as const;

const act = fc.constantFrom('due' as const, 'refuse' as const);
const list = fc.array(act, { minLength: 1, maxLength: 3 });
const answer = fc.constantFrom<Behaviour>(
  { kind: 'ok' },
  { kind: 'lost-before' },
  { kind: 'lost-after' },
  { kind: 'status', status: 429, body: '' },
);

test('in whatever order the steps of three processes reach Redis, none spends a token that another spent', async () => {
  using wires = await Wires.connect(redis.url, ordered);
  const lists = fc.tuple(list, list, list);
  const plan = fc.array(answer, { maxLength: 2 });
  const signsIn = fc.boolean();
  const share = fc.constantFrom(0.8, 0.999);
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      lists,
      plan,
      share,
      signsIn,
      async (scheduler, does, answers, age, signIn) => {
        order = null;
        await using world = await World.make(wires, server);
        await world.pass(age);
        server.plan.push(...answers);
        world.lossy = answers.some(({ kind }) => kind.startsWith('lost'));
        order = scheduler;
        const all = does.map(async (list, at) => {
          for (const each of list) await world.act(at, acts[each]);
        });
        // The server of this model knows one sign-in at a time, so there is one operator.
        if (signIn) all.push(world.signIn(0));
        await scheduler.waitFor(Promise.all(all));
        order = null;
        await scheduler.waitIdle();
        await world.check();
        await world.settle();
        expect(server.reuses === 0 || world.lossy).toBe(true);
      },
    ),
    { numRuns: runs, endOnFailure: true },
  );
}, 300_000);
