import { afterEach, beforeEach, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { TestRedis } from '../redis-server.ts';
import { Fleet, imported, scriptsOf } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let redis: TestRedis;
let server: TokenServer;
let fleet: Fleet;

beforeEach(async () => {
  redis = await TestRedis.start();
  server = await TokenServer.start();
  fleet = await Fleet.make(redis.url, server.issuer);
});
afterEach(async () => {
  await fleet[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

test('a process that stood still before it read that its intent was written asks again before it sends', async () => {
  const admin = await fleet.connect();
  const intent = `{${fleet.prefix}}:cred:default:intent`;
  const connection = await fleet.connect();
  let pausedMs = 0;
  const paused = scriptsOf(connection, async (run) => {
    const reply = await run();
    if (!Array.isArray(reply) || reply[0] !== 'SENT') return reply;
    // While it stands still, somebody else claims the one re-send.
    pausedMs += 120_000;
    await admin.hset(intent, { attempt: 'of-another', resends: 1 });
    return reply;
  });
  const service = await fleet.process({
    redis: paused,
    clock: {
      ...systemClock,
      now: () => systemClock.now() + pausedMs,
      monotonic: () => systemClock.monotonic() + pausedMs,
    },
  });
  await service.signIn('default', imported(server.tokens));
  await fleet.processRefresh(service);
  expect(pausedMs).toBe(120_000);
  expect(server.totalSends).toBe(0);
  expect(await admin.hget(intent, 'attempt')).toBe('of-another');
});
