import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { deploymentForEach } from './credential-deployment.ts';
import {
  type Fleet,
  age,
  imported,
  never,
  request,
  scriptsOf,
  stale,
  until,
} from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let server: TokenServer;
let fleet: Fleet;
deploymentForEach(TokenServer, (made) => {
  ({ server, fleet } = made);
});

describe('a refused token', () => {
  test('is refreshed once and the request goes on with the new one', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens));
    const session = service.begin(request);
    const first = await session.acquire(never);
    expect(first.secret).toBe(server.tokens.access);
    server.expireAccess();
    expect(await session.refused(first, stale, never)).toBe('again');
    const second = await session.acquire(never);
    expect(server.accepts(second.secret)).toBe(true);
    expect([first.generation, second.generation]).toEqual([1, 2]);
    expect(server.totalSends).toBe(1);
  });

  test('costs one token call however many requests of however many processes met it', async () => {
    const processes = await Promise.all([1, 2, 3, 4].map(async () => fleet.process()));
    const [first] = processes;
    await first?.signIn('default', imported(server.tokens));
    await Promise.all(processes.map(async (service) => service.reload()));
    const sessions = processes.flatMap((service) =>
      Array.from({ length: 50 }, (_, i) => service.begin({ ...request, prompt: `p${i}` })),
    );
    const tokens = await Promise.all(sessions.map(async (session) => session.acquire(never)));
    server.expireAccess();
    const advice = await Promise.all(
      sessions.map(async (session, i) => {
        const token = tokens[i];
        if (token === undefined) throw new Error('no token');
        return session.refused(token, stale, never);
      }),
    );
    expect(new Set(advice)).toEqual(new Set(['again']));
    const renewed = await Promise.all(sessions.map(async (session) => session.acquire(never)));
    expect(renewed.every((token) => server.accepts(token.secret))).toBe(true);
    expect(server.totalSends).toBe(1);
    expect(processes.map((service) => service.waiting)).toEqual([0, 0, 0, 0]);
  });

  test('is not waited for any longer once its news came while Redis was being asked', async () => {
    const pollMs = 4_000;
    const slow = { leaseMs: pollMs, pollMinMs: pollMs, pollMaxMs: pollMs };
    const limits = { ...slow, maxHoldMs: 5_000, strangerResendMs: 5_000 };
    const owner = await fleet.process({ timings: limits });
    await owner.signIn('default', imported(server.tokens));
    const [asked, told] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const redis = scriptsOf(await fleet.connect(), async (run) => {
      const reply = await run();
      if (Array.isArray(reply) && reply[0] === 'BUSY') {
        asked.resolve();
        await told.promise;
      }
      return reply;
    });
    const slept: number[] = [];
    const sleep: typeof systemClock.sleep = async (ms, signal) => {
      slept.push(ms);
      return systemClock.sleep(ms, signal);
    };
    const peer = await fleet.process({ redis, clock: { ...systemClock, sleep }, timings: limits });
    await peer.reload();
    const held = Promise.withResolvers<void>();
    server.hold = held.promise;
    const [first, second] = [owner.begin(request), peer.begin(request)];
    const arrived = server.arrival();
    const refreshing = first.refused(await first.acquire(never), stale, never);
    await arrived;
    const waiting = second.refused(await second.acquire(never), stale, never);
    await asked.promise;
    held.resolve();
    expect(await refreshing).toBe('again');
    await until(async () => (await peer.status())[0]?.generation === 2);
    slept.length = 0;
    told.resolve();
    expect(await waiting).toBe('again');
    expect(slept.filter((ms) => ms > pollMs / 2)).toEqual([]);
    expect(server.totalSends).toBe(1);
  });

  test('that met many requests of one process lets them go on spread over a moment, and few at once', async () => {
    const pauses: number[] = [];
    const sleep: typeof systemClock.sleep = async (ms, signal) => {
      if (signal === undefined && ms < 50) pauses.push(ms);
      return systemClock.sleep(ms, signal);
    };
    const service = await fleet.process({ clock: { ...systemClock, sleep } });
    await service.signIn('default', imported(server.tokens));
    for (const [requests, spread] of [
      [50, 0],
      [51, 51],
    ] as const) {
      pauses.length = 0;
      const sessions = Array.from({ length: requests }, (_, i) =>
        service.begin({ ...request, prompt: `p${i}` }),
      );
      const advice = sessions.map(async (session) =>
        session.refused(await session.acquire(never), stale, never),
      );
      expect(new Set(await Promise.all(advice))).toEqual(new Set(['again']));
      expect(pauses).toHaveLength(spread);
      const accepted = service.begin(request);
      accepted.accepted(await accepted.acquire(never));
    }
  });

  test('that is older than the one at hand asks nobody', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens));
    const early = service.begin(request);
    const late = service.begin({ ...request, prompt: 'p2' });
    const old = await early.acquire(never);
    const same = await late.acquire(never);
    await early.refused(old, stale, never);
    expect(await late.refused(same, stale, never)).toBe('again');
    expect(server.totalSends).toBe(1);
  });

  test('whose process did not hear of the newer one adopts it and sends nothing', async () => {
    const deaf = { subscriber: null, timings: { antiEntropyMs: 60_000, spillScanMs: 60_000 } };
    const first = await fleet.process(deaf);
    await first.signIn('default', imported(server.tokens));
    const others = await Promise.all([1, 2, 3].map(async () => fleet.process(deaf)));
    const session = first.begin(request);
    await session.refused(await session.acquire(never), stale, never);
    for (const service of others) {
      const late = service.begin(request);
      const token = await late.acquire(never);
      expect(token.generation).toBe(1);
      expect(await late.refused(token, stale, never)).toBe('again');
      expect(server.accepts((await late.acquire(never)).secret)).toBe(true);
    }
    expect(server.totalSends).toBe(1);
  });

  test('is refreshed for those, too, who wait and hear nothing: they look for themselves', async () => {
    const deaf = { subscriber: null, timings: { antiEntropyMs: 60_000, spillScanMs: 60_000 } };
    const [one, two] = [await fleet.process(deaf), await fleet.process(deaf)];
    await one.signIn('default', imported(server.tokens));
    await two.reload();
    const held = Promise.withResolvers<void>();
    server.hold = held.promise;
    const arrived = server.arrival();
    const sessions = [one.begin(request), two.begin(request)];
    const advice = sessions.map(async (session) =>
      session.refused(await session.acquire(never), stale, never),
    );
    await arrived;
    await until(() => one.waiting + two.waiting === 1);
    held.resolve();
    expect(await Promise.all(advice)).toEqual(['again', 'again']);
    expect(server.totalSends).toBe(1);
    expect([one.waiting, two.waiting]).toEqual([0, 0]);
  });

  test('is refreshed without room on disk only when somebody waits for it', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens));
    await rm(join(fleet.dataDir, 'spill'), { recursive: true });
    await writeFile(join(fleet.dataDir, 'spill'), 'in the way');
    await fleet.processRefresh(service);
    expect(server.totalSends).toBe(0);
    expect(fleet.of('refresh-deferred').length).toBeGreaterThan(0);
    const session = service.begin(request);
    expect(await session.refused(await session.acquire(never), stale, never)).toBe('again');
    expect(server.totalSends).toBe(1);
    expect(fleet.of('alert').length).toBeGreaterThan(0);
  });

  test('is waited for no longer than the caller will, and the refresh goes on without it', async () => {
    const service = await fleet.process({ timings: { callerMs: 50 } });
    await service.signIn('default', imported(server.tokens));
    const held = Promise.withResolvers<void>();
    server.hold = held.promise;
    const session = service.begin(request);
    const token = await session.acquire(never);
    const arrived = server.arrival();
    const first = session.refused(token, stale, never);
    await arrived;
    const gone = new AbortController();
    const left = service.begin(request).refused(token, stale, gone.signal);
    gone.abort(new Error('the caller left'));
    await expect(left).rejects.toThrow('the caller left');
    expect(await first).toBe('wait');
    held.resolve();
    await until(async () => (await service.status())[0]?.generation === 2);
    expect((await service.begin(request).acquire(never)).generation).toBe(2);
    expect(server.totalSends).toBe(1);
  });
});

describe('the scheduled refresh', () => {
  const lifeMs = 3_600_000;

  test('leaves alone what is not due, and says when it will be', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens, lifeMs));
    expect(await service.refreshDue(never)).toBe(0);
    expect(server.totalSends).toBe(0);
    expect(service.nextDueInMs()).toBe(60_000);
  });

  test('run by every process at once is one token call', async () => {
    const processes = await Promise.all([1, 2, 3, 4].map(async () => fleet.process()));
    await processes[0]?.signIn('default', imported(server.tokens, lifeMs));
    await age(await fleet.connect(), fleet.prefix, 'default', 0.85 * lifeMs);
    await Promise.all(processes.map(async (service) => service.reload()));
    expect(processes[0]?.nextDueInMs()).toBe(1_000);
    await Promise.all(processes.map(async (service) => service.refreshDue(never)));
    expect(server.totalSends).toBe(1);
    const tokens = processes.map(async (service) => service.begin(request).acquire(never));
    for (const token of await Promise.all(tokens)) expect(server.accepts(token.secret)).toBe(true);
  });

  test('does not keep a request waiting while the token still has time', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens, lifeMs));
    await age(await fleet.connect(), fleet.prefix, 'default', 0.85 * lifeMs);
    await service.reload();
    const held = Promise.withResolvers<void>();
    server.hold = held.promise;
    const arrived = server.arrival();
    const run = service.refreshDue(never);
    await arrived;
    expect((await service.begin(request).acquire(never)).generation).toBe(1);
    held.resolve();
    expect(await run).toBe(1);
  });

  test('keeps requests waiting when the token is over, and serves them all the new one', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens, lifeMs));
    await age(await fleet.connect(), fleet.prefix, 'default', 1.1 * lifeMs);
    await service.reload();
    const waiting = Array.from({ length: 100 }, async () => service.begin(request).acquire(never));
    for (const token of await Promise.all(waiting)) expect(server.accepts(token.secret)).toBe(true);
    expect(server.totalSends).toBe(1);
  });

  test('names the client the sign-in belongs to, else the configured one, else none', async () => {
    for (const [own, configured, sent] of [
      ['mine', 'ours', 'mine'],
      [undefined, 'ours', 'ours'],
      [undefined, undefined, null],
    ] as const) {
      const service = await fleet.process({ clientId: configured });
      const tokens = imported(server.signIn(), lifeMs);
      await service.signIn('default', {
        ...tokens,
        ...(own === undefined ? {} : { clientId: own }),
      });
      const session = service.begin(request);
      await session.refused(await session.acquire(never), stale, never);
      expect(server.form?.get('client_id')).toBe(sent);
    }
  });
});
