import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { deploymentForEach } from './credential-deployment.ts';
import {
  type Fleet,
  age,
  imported,
  mortal,
  never,
  quick,
  request,
  stale,
  until,
} from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let server: TokenServer;
let fleet: Fleet;
const lifeMs = 3_600_000;
deploymentForEach(TokenServer, (made) => {
  ({ server, fleet } = made);
});

/** A process whose refresh is under way when it dies at a command; resolves once it is dead. */
async function dieRefreshing(at: number, when: 'before' | 'after'): Promise<boolean> {
  const { connection, life } = mortal(await fleet.connect(), at, when);
  const service = await fleet.process({
    redis: connection,
    subscriber: null,
    timings: { antiEntropyMs: 60_000, spillScanMs: 60_000, drainMs: 1_201 },
  });
  life.armed = true;
  const run = service.refreshDue(never).then(
    () => 'ended',
    () => 'ended',
  );
  const dead = until(() => life.dead, 3_000).then(
    () => 'dead',
    () => 'alive',
  );
  const died = (await Promise.race([run, dead])) === 'dead';
  if (died) fleet.bury(service);
  return died;
}

describe('an owner that dies between any two steps', () => {
  const steps = Array.from({ length: 5 }, (_, i) => i + 1);
  const deaths = steps.flatMap((at) =>
    (['before', 'after'] as const).map((when) => ({ at, when })),
  );

  test.each(deaths)(
    'at command $at, $when it is done, never lets a refresh token be sent twice while the access token lives',
    async ({ at, when }) => {
      const probe = await fleet.process();
      await probe.signIn('default', imported(server.tokens, lifeMs));
      const admin = await fleet.connect();
      await age(admin, fleet.prefix, 'default', 0.85 * lifeMs);
      await probe.reload();
      await dieRefreshing(at, when);
      // The others go on: the lease ends, orphans are taken over, answers on disk are replayed.
      const heir = await fleet.process();
      await until(async () => {
        await heir.refreshDue(never);
        const [member] = await heir.status();
        return (
          member?.generation === 2 || (member?.state === 'ambiguous' && (await heirIsSettled()))
        );
      });
      expect(Math.max(0, ...server.sends.values())).toBeLessThanOrEqual(1);
      expect(server.reuses).toBe(0);
      const token = await heir.begin(request).acquire(never);
      const [member] = await heir.status();
      if (member?.generation === 2) expect(server.accepts(token.secret)).toBe(true);

      async function heirIsSettled(): Promise<boolean> {
        return (await admin.exists(`{${fleet.prefix}}:cred:default:lease`)) === 0;
      }
    },
    20_000,
  );
});

describe('an answer that is on disk', () => {
  test('is replayed by the next process, with no further token call', async () => {
    const { connection, life } = mortal(await fleet.connect(), 1, 'before');
    const first = await fleet.process({ redis: connection, subscriber: null });
    await first.signIn('default', imported(server.tokens, lifeMs));
    const token = await first.begin(request).acquire(never);
    const held = Promise.withResolvers<void>();
    server.hold = held.promise;
    const arrived = server.arrival();
    void first.begin(request).refused(token, stale, never);
    await arrived;
    life.armed = true;
    held.resolve();
    await until(async () => (await spills()).some((file) => file.size > 0));
    const spill = await spills();
    expect(spill.map((file) => file.mode)).toEqual([0o600]);
    expect((await stat(join(fleet.dataDir, 'spill'))).mode & 0o777).toBe(0o700);
    await until(() => life.dead);
    const heir = await fleet.process();
    const renewed = await heir.begin(request).acquire(never);
    expect(server.accepts(renewed.secret)).toBe(true);
    expect(server.totalSends).toBe(1);
    expect(fleet.of('spill-replayed')).toHaveLength(1);
    expect(await spills()).toEqual([]);
  });

  async function spills() {
    const folder = join(fleet.dataDir, 'spill');
    const files = (await readdir(folder)).filter((file) => file.endsWith('.spill'));
    return Promise.all(
      files.map(async (file) => {
        const { mode, size } = await stat(join(folder, file));
        return { mode: mode & 0o777, size };
      }),
    );
  }
});

describe('a lost answer', () => {
  test('parks the credential: the access token is served, the owner told, nothing sent again', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens, lifeMs));
    const admin = await fleet.connect();
    await age(admin, fleet.prefix, 'default', 0.85 * lifeMs);
    await service.reload();
    server.plan.push({ kind: 'lost-after' });
    await service.refreshDue(never);
    await service.refreshDue(never);
    const peer = await fleet.process();
    await peer.refreshDue(never);
    expect((await peer.status())[0]?.state).toBe('ambiguous');
    expect((await peer.begin(request).acquire(never)).generation).toBe(1);
    expect(server.totalSends).toBe(1);
    expect(fleet.of('ambiguous').length).toBeGreaterThanOrEqual(1);
    expect(await service.closeGate('test')).toBe(false);
  });

  test('is followed by one re-send at the end of the access token, which may succeed', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens, lifeMs));
    const admin = await fleet.connect();
    await age(admin, fleet.prefix, 'default', 0.85 * lifeMs);
    await service.reload();
    server.plan.push({ kind: 'lost-before' });
    await service.refreshDue(never);
    await age(admin, fleet.prefix, 'default', 0.2 * lifeMs);
    await service.reload();
    const token = await service.begin(request).acquire(never);
    expect(server.accepts(token.secret)).toBe(true);
    expect([...server.sends.values()]).toEqual([2]);
    expect(server.reuses).toBe(0);
    expect(fleet.of('ambiguous')).toMatchObject([{ epoch: 1, generation: 1 }]);
    expect(fleet.of('recovered')).toMatchObject([{ epoch: 1, generation: 2 }]);
  });

  test('of which the server had spent the token ends in quarantine after one re-send, and no more', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens, lifeMs));
    const admin = await fleet.connect();
    await age(admin, fleet.prefix, 'default', 0.85 * lifeMs);
    await service.reload();
    server.plan.push({ kind: 'lost-after' });
    await service.refreshDue(never);
    await age(admin, fleet.prefix, 'default', 0.2 * lifeMs);
    await service.reload();
    await expect(service.begin(request).acquire(never)).rejects.toMatchObject({
      code: 'CREDENTIAL_WAIT',
    });
    const peer = await fleet.process();
    await peer.refreshDue(never);
    await expect(peer.begin(request).acquire(never)).rejects.toThrow('quarantined');
    expect([...server.sends.values()]).toEqual([2]);
    expect((await service.gate())?.reason).toBe('no-credential');
    const fresh = server.signIn();
    await peer.signIn('default', imported(fresh));
    expect(await service.gate()).toBeNull();
    expect((await peer.begin(request).acquire(never)).secret).toBe(fresh.access);
  });

  test('of a re-send, too, is final: never a third send', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens, lifeMs));
    const admin = await fleet.connect();
    server.plan.push({ kind: 'lost-before' }, { kind: 'lost-before' });
    await age(admin, fleet.prefix, 'default', 1.1 * lifeMs);
    await service.reload();
    await service.refreshDue(never);
    const peer = await fleet.process();
    await peer.refreshDue(never);
    expect([...server.sends.values()]).toEqual([2]);
    expect((await peer.status())[0]).toMatchObject({ state: 'quarantined', reason: 'answer-lost' });
  });

  test('is not sent again by a stranger before its owner can be no more', async () => {
    // However slow the machine, the owner's own request is under way all the while, and no sign of
    // life takes up again the lease that is taken from it.
    const patient = {
      renewMs: 13_000,
      leaseMs: 39_000,
      reconnectHoldMs: 13_001,
      restoreHoldMs: 13_001,
      exchangeMs: 40_000,
      maxHoldMs: 50_000,
      drainMs: 45_000,
      strangerResendMs: 60_000,
    };
    const owner = await fleet.process({ timings: patient });
    await owner.signIn('default', imported(server.tokens, lifeMs));
    const admin = await fleet.connect();
    await age(admin, fleet.prefix, 'default', 1.1 * lifeMs);
    await owner.reload();
    const held = Promise.withResolvers<void>();
    server.hold = held.promise;
    const arrived = server.arrival();
    const running = owner.refreshDue(never);
    await arrived;
    await admin.del(`{${fleet.prefix}}:cred:default:lease`);
    const stranger = await fleet.process({
      timings: { ...patient, resendHoldMs: 0 },
    });
    await stranger.refreshDue(never);
    expect(server.totalSends).toBe(1);
    held.resolve();
    await running;
    await stranger.reload();
    expect((await stranger.begin(request).acquire(never)).generation).toBe(2);
    expect(server.totalSends).toBe(1);
  });
});

test('a late answer is committed although the lease is long gone', async () => {
  const owner = await fleet.process();
  await owner.signIn('default', imported(server.tokens, lifeMs));
  const admin = await fleet.connect();
  const held = Promise.withResolvers<void>();
  server.hold = held.promise;
  const session = owner.begin(request);
  const token = await session.acquire(never);
  const arrived = server.arrival();
  const advice = session.refused(token, stale, never);
  await arrived;
  await admin.del(`{${fleet.prefix}}:cred:default:lease`);
  held.resolve();
  expect(await advice).toBe('again');
  expect((await owner.status())[0]).toMatchObject({ state: 'active', generation: 2 });
});

test('a sign-in during an exchange wins: the old answer is refused', async () => {
  const owner = await fleet.process();
  await owner.signIn('default', imported(server.tokens, lifeMs));
  const held = Promise.withResolvers<void>();
  server.hold = held.promise;
  const session = owner.begin(request);
  const token = await session.acquire(never);
  const arrived = server.arrival();
  const advice = session.refused(token, stale, never);
  await arrived;
  const other = await fleet.process();
  const fresh = { access: 'at-canary-new', refresh: 'rt-canary-new' };
  expect(await other.signIn('default', imported(fresh))).toBe(2);
  held.resolve();
  await advice;
  await until(() => fleet.of('stale-commit').length === 1);
  expect((await owner.begin(request).acquire(never)).secret).toBe(fresh.access);
  expect((await other.status())[0]).toMatchObject({ epoch: 2, generation: 1 });
});

test('the quick timings keep the order of the real ones', () => {
  expect(quick.exchangeMs).toBeLessThan(quick.maxHoldMs ?? 0);
});
