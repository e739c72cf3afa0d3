import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { Fault } from '../../sandbox/faults.ts';
import { systemClock } from '../../src/clock.ts';
import type { CredentialService } from '../../src/credentials/service.ts';
import { TestRedis } from '../redis-server.ts';
import { Fleet, imported, never, request, stale, until } from './credential-model.ts';
import { type SoakedServer, soakedServers } from './credential-soaked-servers.ts';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 12);
const seed = Number(process.env['SOAK_SEED'] ?? Date.now() % 2 ** 31);
const lifeMs = 4_000;

/**
 * One a second. What ends a sign-in by right is not among them: an answer lost after the server
 * rotated, and both sends of one refresh token lost.
 */
const mishaps = {
  nothing: () => undefined,
  unreachable: ({ server }: Scene) => {
    if (server.lastRotated()) strike(server, { kind: 'drop-before' });
  },
  slow: ({ server }: Scene) => strike(server, { kind: 'hang', ms: 300 }),
  busy: ({ server }: Scene) => {
    strike(server, { kind: 'status', status: 503, body: '{"error":"temporarily_unavailable"}' });
  },
  limited: ({ server }: Scene) => {
    strike(server, { kind: 'status', status: 429, headers: { 'retry-after': '0' } });
  },
  refused: async ({ server }: Scene) => server.expireAccessTokens(),
  unheard: async ({ fleet }: Scene) => {
    const admin = await fleet.connect();
    await admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    admin.disconnect();
  },
  'redis restarted': async ({ redis }: Scene) => redis.restart(),
  'process replaced': async (scene: Scene) => {
    await scene.processes.shift()?.[Symbol.asyncDispose]();
    scene.processes.push(await scene.launch());
  },
} as const;

interface Scene {
  readonly server: SoakedServer;
  readonly redis: TestRedis;
  readonly fleet: Fleet;
  readonly processes: CredentialService[];
  readonly launch: () => Promise<CredentialService>;
}

function strike(server: SoakedServer, fault: Fault): void {
  // One at a time: a queue of them would outlast the soak.
  server.faults.clear();
  server.faults.inject({ match: '/token', fault });
}

/** What a worker does all day; true when it was served by a token that the server accepts. */
async function work(service: CredentialService, server: SoakedServer): Promise<boolean> {
  await service.refreshDue(AbortSignal.timeout(2_000)).catch(() => 0);
  const session = service.begin(request);
  const held = await session.acquire(AbortSignal.timeout(1_000)).catch(() => null);
  if (held === null) return false;
  const accepted = await server.accepts(held.secret);
  if (accepted) session.accepted(held);
  else await session.refused(held, stale, AbortSignal.timeout(2_000)).catch(() => 'wait');
  return accepted;
}

test.concurrent.each(Object.entries(soakedServers))(
  'with %s, a token that lives four seconds and a mishap every second no sign-in is lost and no refresh token used twice',
  async (name, start) => {
    try {
      await soak(start);
    } catch (cause) {
      throw new Error(`${name}: SOAK_SEED=${seed} SOAK_SECONDS=${seconds}`, { cause });
    }
  },
  1_200_000,
);

async function soak(start: (lifeMs: number) => Promise<SoakedServer>): Promise<void> {
  await using redis = await TestRedis.start('--appendfsync', 'always');
  await using server = await start(lifeMs);
  await using fleet = await Fleet.make(redis.url, server.issuer);
  const timings = { budgetShort: 10_000, budgetLong: 10_000, loopRequests: 10_000 };
  const launch = async () => fleet.process({ clientId: server.clientId, timings });
  const processes = [await launch(), await launch(), await launch()];
  await processes[0]?.signIn('default', imported(await server.signIn(), lifeMs));

  const ended = new AbortController();
  const worker = async (at: number) => {
    while (!ended.signal.aborted) {
      const service = processes[at];
      if (service !== undefined) await work(service, server);
      await systemClock.sleep(100);
    }
  };
  const workers = [0, 1, 2].map(worker);
  const names = fc.constantFrom(...Object.keys(mishaps).filter(isMishap));
  for (const name of fc.sample(names, { seed, numRuns: seconds })) {
    await mishaps[name]({ server, redis, fleet, processes, launch });
    await systemClock.sleep(1_000);
  }
  ended.abort();
  await Promise.all(workers);

  server.faults.clear();
  const [last] = processes;
  if (last === undefined) throw new Error('no process');
  // After many failures in a row a minute passes before the next attempt.
  await until(async () => work(last, server), 90_000);
  const { generation, rotations, reuses } = server.tally();
  expect(reuses).toBe(0);
  const [member] = await last.status();
  expect(member?.generation).toBe(generation);
  expect(rotations).toBe(generation - 1);
  expect(generation).toBeGreaterThan(seconds / 10);
  expect((await last.begin(request).acquire(never)).epoch).toBe(1);
}

function isMishap(name: string): name is keyof typeof mishaps {
  return name in mishaps;
}
