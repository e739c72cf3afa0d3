import { createRedisServer } from 'js-redis-server';
import { expect, test } from 'vitest';

import { freePort } from '../redis-server.ts';
import { Fleet, imported, never, request, stale, until } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

test('the scripts run on the embedded stand-in as they do on Redis', async () => {
  const port = await freePort();
  const standIn = await createRedisServer({ port });
  const server = await TokenServer.start();
  const fleet = await Fleet.make(`redis://127.0.0.1:${port}`, server.issuer);
  try {
    const one = await fleet.process({ apiKey: 'xai-key' });
    const two = await fleet.process();
    await two.signIn('default', imported(server.tokens));
    await until(async () => (await one.begin(request).acquire(never)).credential === 'default');
    const sessions = [one, two].flatMap((service) =>
      Array.from({ length: 10 }, () => service.begin(request)),
    );
    const advice = sessions.map(async (session) =>
      session.refused(await session.acquire(never), stale, never),
    );
    expect(new Set(await Promise.all(advice))).toEqual(new Set(['again']));
    expect(server.totalSends).toBe(1);
    server.plan.push({ kind: 'lost-after' });
    await fleet.processRefresh(one);
    expect((await two.status()).find(({ kind }) => kind === 'oauth')?.state).toBe('ambiguous');
    const session = one.begin(request);
    const quota = { class: 'quota', status: 403, streamed: false } as const;
    expect(await session.refused(await session.acquire(never), quota, never)).toBe('again');
    expect((await session.acquire(never)).credential).toBe('api-key');
    await one.disable('api-key');
    expect(await one.closeGate('test', 'default')).toBe(true);
    expect(await two.gate()).toMatchObject({ reason: 'test', credential: 'default' });
    await one.enable('api-key');
    expect(await two.gate()).toBeNull();
    await one.remove('default');
    expect((await one.status()).map(({ name }) => name)).toEqual(['api-key']);
  } finally {
    await fleet[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await standIn.close();
  }
});
