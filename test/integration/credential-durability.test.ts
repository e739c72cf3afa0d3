import { Redis } from 'ioredis';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { isDurable } from '../../src/credentials/durability.ts';
import { TestRedis } from '../redis-server.ts';
import { Fleet, imported, until } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let primary: TestRedis;
let replica: TestRedis;
let server: TokenServer;
let fleet: Fleet;

beforeEach(async () => {
  primary = await TestRedis.start();
  replica = await TestRedis.start('--replicaof', '127.0.0.1', String(primary.port));
  server = await TokenServer.start();
  fleet = await Fleet.make(primary.url, server.issuer);
  const copy = new Redis(replica.url);
  await until(async () => (await copy.info('replication')).includes('master_link_status:up'));
  copy.disconnect();
});
afterEach(async () => {
  await fleet[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await replica[Symbol.asyncDispose]();
  await primary[Symbol.asyncDispose]();
});

test('no refresh token leaves while the replica has not acknowledged that it will; then it does', async () => {
  const service = await fleet.process();
  await service.signIn('default', imported(server.tokens));
  const admin = await fleet.connect();
  process.kill(replica.pid, 'SIGSTOP');
  await fleet.processRefresh(service);
  expect(server.totalSends).toBe(0);
  expect((await service.status())[0]).toMatchObject({ state: 'waiting', generation: 1 });
  await admin.set('written', 1);
  expect(await isDurable(admin)).toBe(false);

  process.kill(replica.pid, 'SIGCONT');
  await until(async () => isDurable(admin));
  await admin.hset(`{${fleet.prefix}}:cred:default:rec`, 'next_at', 0);
  await fleet.processRefresh(service);
  expect(server.totalSends).toBe(1);
  const copy = new Redis(replica.url);
  const key = `{${fleet.prefix}}:cred:default:rec`;
  await until(async () => (await copy.hget(key, 'gen')) === '2');
  copy.disconnect();
});

test('a Redis without replicas that cannot speak of its file is taken at its word', async () => {
  const admin = await fleet.connect();
  await replica.kill();
  await until(async () => (await admin.info('replication')).includes('connected_slaves:0'));
  expect(await isDurable(admin)).toBe(true);
});
