import type { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { openRedis } from '../../src/redis/connection.ts';
import { TestSentinels } from '../sentinels.ts';
import { Fleet, imported, never, until } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let sentinels: TestSentinels;
let server: TokenServer;
let fleet: Fleet;
const open: Redis[] = [];

beforeEach(async () => {
  sentinels = await TestSentinels.start();
  server = await TokenServer.start();
  fleet = await Fleet.make((await sentinels.primary()).url, server.issuer);
});
afterEach(async () => {
  await fleet[Symbol.asyncDispose]();
  for (const redis of open.splice(0)) redis.disconnect();
  await server[Symbol.asyncDispose]();
  await sentinels[Symbol.asyncDispose]();
});

/** To whichever server is the primary. */
function connect(): Redis {
  const redis = openRedis(sentinels.url);
  redis.on('error', () => undefined);
  open.push(redis);
  return redis;
}

test('a fail-over to a replica without the newest generation: it is put back, and no token is spent again', async () => {
  const process = async () =>
    fleet.process({ redis: connect(), subscriber: connect(), timings: { antiEntropyMs: 200 } });
  const [owner, peer] = [await process(), await process()];
  const rec = `{${fleet.prefix}}:cred:default:rec`;
  await owner.signIn('default', imported(server.tokens));
  const held = Promise.withResolvers<void>();
  server.hold = held.promise;
  const arrived = server.arrival();
  const refreshing = fleet.processRefresh(owner);
  await arrived;

  // The replicas know that the token is being spent; what came of it they never hear.
  const old = await sentinels.primary();
  const replicas = sentinels.servers.filter((one) => one !== old);
  await Promise.all(replicas.map(async (one) => one.kill()));
  held.resolve();
  await refreshing;
  expect((await owner.status())[0]).toMatchObject({ state: 'active', generation: 2 });
  await peer.reload();
  await old.kill();
  await Promise.all(replicas.map(async (one) => one.restart()));
  await until(async () => ![0, old.port].includes(await sentinels.primaryPort()), 20_000);

  const admin = connect();
  await until(async () => (await admin.hget(rec, 'gen')) === '2', 20_000);
  // Who put it back says so once it has heard that it is there.
  await until(async () => fleet.of('restored').length > 0, 20_000);
  // Each process may have seen it.
  expect(fleet.of('rollback')[0]).toMatchObject({ stored: '1.1', seen: '1.2' });
  expect(fleet.of('restored')).toMatchObject([{ generation: 2 }]);
  expect(server.totalSends).toBe(1);

  // What was put back is a sign-in that goes on, as soon as the other replica follows the new primary.
  await until(async () => {
    await admin.hset(rec, 'due_ms', 1);
    await peer.reload();
    await peer.refreshDue(never);
    return (await admin.hget(rec, 'gen')) === '3';
  }, 20_000);
  expect(Math.max(...server.sends.values())).toBe(1);
  expect(server.reuses).toBe(0);
});
