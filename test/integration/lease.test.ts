import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { RedisConnections } from '../../src/redis/connection.ts';
import { Lease, type LeaseOptions } from '../../src/redis/lease.ts';
import { TestRedis } from '../redis-server.ts';

const options: LeaseOptions = { lifeMs: 400, renewEveryMs: 50, clock: systemClock };
let server: TestRedis;
let connections: RedisConnections;

beforeAll(async () => {
  server = await TestRedis.start();
  connections = new RedisConnections(server.url, pino({ level: 'silent' }));
});

afterAll(async () => {
  await connections[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('a lease', () => {
  it('has one holder, and the one that stands by takes over when it is given back', async () => {
    const [mine, theirs] = await Promise.all([connections.connect('a'), connections.connect('b')]);
    const first = await Lease.acquire(mine, '{t}:one', options, AbortSignal.timeout(5000));
    let taken = false;
    const standby = Lease.acquire(theirs, '{t}:one', options, AbortSignal.timeout(5000)).then(
      (lease) => {
        taken = true;
        return lease;
      },
    );
    await systemClock.sleep(options.lifeMs * 2);
    expect(taken).toBe(false);
    expect(first.isHeld()).toBe(true);
    await first[Symbol.asyncDispose]();
    await using second = await standby;
    expect(second.isHeld()).toBe(true);
  });

  it('tells the next holder, once, that the last one left in order; of one that did not, nothing', async () => {
    const redis = await connections.connect('e');
    const take = async () => Lease.acquire(redis, '{t}:four', options, AbortSignal.timeout(5000));
    const first = await take();
    expect(first.followsInOrder).toBe(false);
    first.leaveInOrder();
    await first[Symbol.asyncDispose]();
    const second = await take();
    expect(second.followsInOrder).toBe(true);
    await second[Symbol.asyncDispose]();
    await using third = await take();
    expect(third.followsInOrder).toBe(false);
    // One that lost it has nothing to say to whoever has it now.
    await redis.set('{t}:four', 'somebody else');
    third.leaveInOrder();
    await third[Symbol.asyncDispose]();
    expect(await redis.exists('{t}:four:left')).toBe(0);
  });

  it('is lost, and says so, when somebody else has it', async () => {
    const redis = await connections.connect('c');
    await using lease = await Lease.acquire(redis, '{t}:two', options, AbortSignal.timeout(5000));
    const lost = Promise.withResolvers<void>();
    lease.signal.addEventListener('abort', () => lost.resolve());
    await redis.set('{t}:two', 'somebody else');
    await lost.promise;
    expect(lease.isHeld()).toBe(false);
    expect(lease.signal.reason).toMatchObject({ code: 'LEASE_LOST' });
    await lease[Symbol.asyncDispose]();
    expect(await redis.get('{t}:two')).toBe('somebody else');
  });

  it('runs out while Redis is away', async () => {
    await using other = await TestRedis.start();
    await using own = new RedisConnections(other.url, pino({ level: 'silent' }));
    const redis = await own.connect('d');
    const lease = await Lease.acquire(redis, '{t}:three', options, AbortSignal.timeout(5000));
    const lost = Promise.withResolvers<void>();
    lease.signal.addEventListener('abort', () => lost.resolve());
    await other.kill();
    await lost.promise;
    expect(lease.isHeld()).toBe(false);
  });
});
