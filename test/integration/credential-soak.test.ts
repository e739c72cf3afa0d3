import fc from 'fast-check';
import { expect, test } from 'vitest';

import { XaiSandbox } from '../../sandbox/xai/sandbox.ts';
import { systemClock } from '../../src/clock.ts';
import { importTokens } from '../../src/credentials/import.ts';
import type { CredentialService } from '../../src/credentials/service.ts';
import { TestRedis } from '../redis-server.ts';
import { Fleet, never, request, stale, until } from './credential-model.ts';

const seconds = Number(process.env['SOAK_SECONDS'] ?? 12);
const seed = Number(process.env['SOAK_SEED'] ?? Date.now() % 2 ** 31);

/**
 * One a second. What ends a sign-in by right is not among them: an answer lost after the server
 * rotated, and both sends of one refresh token lost.
 */
const mishaps = {
  nothing: () => undefined,
  unreachable: ({ xai }: Scene) => {
    const last = xai.tokenLog.at(-1)?.outcome ?? 'rotated';
    if (last === 'rotated') token(xai, { kind: 'drop-before' });
  },
  slow: ({ xai }: Scene) => token(xai, { kind: 'hang', ms: 300 }),
  busy: ({ xai }: Scene) => {
    token(xai, { kind: 'status', status: 503, body: '{"error":"temporarily_unavailable"}' });
  },
  limited: ({ xai }: Scene) => {
    token(xai, { kind: 'status', status: 429, headers: { 'retry-after': '0' } });
  },
  refused: ({ xai }: Scene) => xai.expireAccessTokens(),
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
  readonly xai: XaiSandbox;
  readonly redis: TestRedis;
  readonly fleet: Fleet;
  readonly processes: CredentialService[];
  readonly launch: () => Promise<CredentialService>;
}

function token(xai: XaiSandbox, fault: Parameters<XaiSandbox['faults']['inject']>[0]['fault']) {
  // One at a time: a queue of them would outlast the soak.
  xai.faults.clear();
  xai.faults.inject({ match: '/oauth2/token', fault });
}

/** What a worker does all day; true when it was served by a token that the server accepts. */
async function work(service: CredentialService, xai: XaiSandbox): Promise<boolean> {
  await service.refreshDue(AbortSignal.timeout(2_000)).catch(() => 0);
  const session = service.begin(request);
  const held = await session.acquire(AbortSignal.timeout(1_000)).catch(() => null);
  if (held === null) return false;
  const { status } = await fetch(`${xai.apiUrl}/models`, {
    headers: { authorization: `Bearer ${held.secret}` },
  });
  if (status === 200) session.accepted(held);
  else await session.refused(held, stale, AbortSignal.timeout(2_000)).catch(() => 'wait');
  return status === 200;
}

test('with a token that lives four seconds and a mishap every second no sign-in is lost and no refresh token used twice', async ({
  onTestFailed,
}) => {
  onTestFailed(() => console.error(`SOAK_SEED=${seed} SOAK_SECONDS=${seconds}`));
  await using redis = await TestRedis.start('--appendfsync', 'always');
  await using xai = await XaiSandbox.start({ accessTokenLifeMs: 4_000 });
  await using fleet = await Fleet.make(redis.url, xai.authUrl);
  const timings = { budgetShort: 10_000, budgetLong: 10_000, loopRequests: 10_000 };
  const launch = async () => fleet.process({ clientId: xai.clientId, timings });
  const processes = [await launch(), await launch(), await launch()];
  const { tokens } = importTokens(JSON.stringify(xai.signIn()), Date.now());
  await processes[0]?.signIn('default', tokens);

  const ended = new AbortController();
  const worker = async (at: number) => {
    while (!ended.signal.aborted) {
      const service = processes[at];
      if (service !== undefined) await work(service, xai);
      await systemClock.sleep(100);
    }
  };
  const workers = [0, 1, 2].map(worker);
  const names = fc.constantFrom(...Object.keys(mishaps).filter(isMishap));
  for (const name of fc.sample(names, { seed, numRuns: seconds })) {
    await mishaps[name]({ xai, redis, fleet, processes, launch });
    await systemClock.sleep(1_000);
  }
  ended.abort();
  await Promise.all(workers);

  xai.behave();
  const [last] = processes;
  if (last === undefined) throw new Error('no process');
  // After many failures in a row a minute passes before the next attempt.
  await until(async () => work(last, xai), 90_000);
  const outcomes = xai.tokenLog.map(({ outcome }) => outcome);
  expect(xai.families).toMatchObject([{ revoked: false, reuses: 0 }]);
  const [family] = xai.families;
  const [member] = await last.status();
  expect(member?.generation).toBe(family?.generation);
  expect(outcomes.filter((outcome) => outcome === 'rotated')).toHaveLength(
    (family?.generation ?? 0) - 1,
  );
  expect(family?.generation).toBeGreaterThan(seconds / 10);
  expect((await last.begin(request).acquire(never)).epoch).toBe(1);
}, 1_200_000);

function isMishap(name: string): name is keyof typeof mishaps {
  return name in mishaps;
}
