import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';

import { TestRedis } from '../redis-server.ts';
import { Fleet } from './credential-model.ts';

/** What a test of the credential service plays on. */
export interface Deployment<Server> {
  readonly redis: TestRedis;
  readonly server: Server;
  readonly fleet: Fleet;
}

/**
 * Gives each test of a file an authorization server of that `kind` and a deployment of its
 * own, told to `use` before the test and ended after it. All share one Redis.
 */
export function deploymentForEach<Server extends AsyncDisposable & { readonly issuer: string }>(
  kind: { start(): Promise<Server> },
  use: (made: Deployment<Server>) => void,
): void {
  let redis: TestRedis;
  let made: Deployment<Server>;
  beforeAll(async () => {
    redis = await TestRedis.start();
  });
  afterAll(async () => redis[Symbol.asyncDispose]());
  beforeEach(async () => {
    const server = await kind.start();
    made = { redis, server, fleet: await Fleet.make(redis.url, server.issuer) };
    use(made);
  });
  afterEach(async () => {
    await made.fleet[Symbol.asyncDispose]();
    await made.server[Symbol.asyncDispose]();
  });
}
