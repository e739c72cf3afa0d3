import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';

import { RedisReceipts } from '../../src/queue/redis-receipts.ts';
import { RedisAccessStore } from '../../src/redis/access-store.ts';
import { RedisConnections } from '../../src/redis/connection.ts';
import { accessStoreContract } from '../contracts/access-store-contract.ts';
import { receiptsContract } from '../contracts/receipts-contract.ts';
import { TestRedis } from '../redis-server.ts';

let server: TestRedis;
let connections: RedisConnections;
let redis: Redis;

beforeAll(async () => {
  server = await TestRedis.start();
  connections = new RedisConnections(server.url, pino({ level: 'silent' }));
  redis = await connections.connect('test');
});

afterAll(async () => {
  await connections[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

accessStoreContract('a store in Redis', async () => new RedisAccessStore(redis, randomUUID()));
receiptsContract(
  'a keeper in Redis',
  async () => new RedisReceipts({ redis, prefix: randomUUID(), holder: 'test' }),
);
