import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { TestRedis } from '../redis-server.ts';
import { Fleet, TokenServer, imported, never, request, stale } from './credential-model.ts';

let redis: TestRedis;
let server: TokenServer;
let fleet: Fleet;

beforeAll(async () => {
  redis = await TestRedis.start();
});
afterAll(async () => redis[Symbol.asyncDispose]());
beforeEach(async () => {
  server = await TokenServer.start();
  fleet = await Fleet.make(redis.url, server.issuer);
});
afterEach(async () => {
  await fleet[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
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
});
