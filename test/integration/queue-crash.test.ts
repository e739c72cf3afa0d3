import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { TestRedis } from '../redis-server.ts';
import { account, answer, Deployment, Events, prompt, reply, said } from './queue-harness.ts';

let server: TestRedis;
const children = new Set<ChildProcess>();

beforeAll(async () => {
  server = await TestRedis.start();
});

afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

async function workerProcess(
  { prefix }: Deployment,
  name: string,
  mode: 'work' | 'hold',
): Promise<ChildProcess> {
  const file = new URL('queue-worker-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [file, server.url, prefix, name, mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.add(child);
  await once(child.stdout, 'data');
  return child;
}

async function crash(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
  children.delete(child);
}

const metricsInto = (events: Events<string>) => ({
  settled: ({ id }: { id: string }) => events.push(id),
  retried: () => undefined,
  deadLettered: () => undefined,
});

describe('a worker that is killed', () => {
  it('twice in mid load: nothing is lost, order is kept, each reply is there once', async () => {
    await using deployment = new Deployment(server.url);
    const conversations = Array.from({ length: 20 }, (_, index) => `c${index}`);
    const settledAtLeast = (count: number) =>
      expect
        .poll(async () => 400 - (await deployment.queue.depth()).waiting, {
          timeout: 20_000,
          interval: 20,
        })
        .toBeGreaterThanOrEqual(count);
    const first = await workerProcess(deployment, 'one', 'work');
    const second = await workerProcess(deployment, 'two', 'work');
    for (let n = 1; n <= 20; n += 1) {
      await Promise.all(
        conversations.map(async (c) => deployment.queue.enqueue(prompt(c, n), said)),
      );
    }
    await settledAtLeast(60);
    await crash(first);
    const third = await workerProcess(deployment, 'three', 'work');
    await settledAtLeast(200);
    await crash(second);
    await workerProcess(deployment, 'four', 'work');
    await settledAtLeast(400);
    await crash(third);
    for (const c of conversations) {
      const ids = (await deployment.replies(`${account}.${c}`)).map(({ id }) => id);
      expect(ids).toEqual(Array.from({ length: 20 }, (_, index) => `${c}-${index + 1}`));
    }
    const started = await deployment.redis.lrange(`{${deployment.prefix}}:starts`, 0, -1);
    // Both kills hit answers that were being made.
    expect(started.length).toBeGreaterThan(400);
  });
});

describe('a worker that is frozen past its lock', () => {
  it('wakes up, keeps still and settles nothing; another one has answered', async () => {
    await using deployment = new Deployment(server.url);
    const { redis, prefix } = deployment;
    const frozen = await workerProcess(deployment, 'frozen', 'hold');
    await deployment.queue.enqueue(prompt('c', 1), said);
    await expect.poll(async () => redis.llen(`{${prefix}}:starts`)).toBe(1);
    frozen.kill('SIGSTOP');
    const settled = new Events<string>();
    await deployment.worker(
      async (turn) => ({
        kind: 'settle',
        reply: reply(turn.prompt, 'by another'),
        outcome: 'answered',
      }),
      { metrics: metricsInto(settled), tuning: { lockMs: 1000 } },
    );
    await settled.until((all) => all.length === 1);
    await redis.set(`{${prefix}}:release`, '1');
    frozen.kill('SIGCONT');
    await expect
      .poll(async () => redis.lrange(`{${prefix}}:effects`, 0, -1), { timeout: 10_000 })
      .toEqual(['frozen c-1 kept still']);
    await deployment.queue.enqueue(prompt('c', 2), said);
    await expect
      .poll(async () => (await deployment.replies(`${account}.c`)).map(({ id }) => id))
      .toEqual(['c-1', 'c-2']);
    const [first] = await deployment.replies(`${account}.c`);
    expect(first?.text).toBe('by another');
  });
});

describe('a worker that ends', () => {
  it('lets an answer end, and leaves the rest to others', async () => {
    await using deployment = new Deployment(server.url);
    const started = new Events<string>();
    const settled = new Events<string>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const leaving = await deployment.worker(
      async (turn, signal) => {
        started.push(turn.prompt.id);
        await released;
        return answer(turn, signal);
      },
      { metrics: metricsInto(settled) },
    );
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.enqueue(prompt('c', 2), said);
    await started.until((all) => all.length === 1);
    const closed = leaving.close(10_000);
    release();
    await closed;
    expect(started.all).toEqual(['c-1']);
    expect(settled.all).toEqual(['c-1']);
    await deployment.worker(answer, { metrics: metricsInto(settled) });
    await settled.until((all) => all.length === 2);
  });

  it('hands what it can not end to another one, at once', async () => {
    await using deployment = new Deployment(server.url);
    const started = new Events<string>();
    const settled = new Events<string>();
    let abortedAtMs = 0;
    const leaving = await deployment.worker(async (turn, signal) => {
      started.push(turn.prompt.id);
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      abortedAtMs = performance.now();
      expect(turn.mayAct()).toBe(false);
      return { kind: 'settle', reply: reply(turn.prompt, 'too late'), outcome: 'answered' };
    });
    await deployment.queue.enqueue(prompt('c', 1), said);
    await started.until((all) => all.length === 1);
    let takenAtMs = 0;
    await deployment.worker(
      async (turn, signal) => {
        takenAtMs = performance.now();
        return answer(turn, signal);
      },
      { metrics: metricsInto(settled) },
    );
    await leaving.close(100);
    await settled.until((all) => all.length === 1);
    // 2 ms on a quiet machine; seconds when the leaving worker eats the wake-up itself.
    expect(takenAtMs - abortedAtMs).toBeLessThan(500);
    expect(await deployment.replies(`${account}.c`)).toMatchObject([{ text: 'answer question 1' }]);
  });
});

describe('a Redis that is killed', () => {
  it('in mid load and started again: nothing is lost, each reply is there once', async () => {
    await using own = await TestRedis.start();
    await using deployment = new Deployment(own.url);
    const settled = new Events<string>();
    await deployment.worker(answer, { metrics: metricsInto(settled), tuning: { lockMs: 1000 } });
    deployment.sweeper();
    const conversations = Array.from({ length: 10 }, (_, index) => `c${index}`);
    const send = async (n: number) =>
      Promise.all(conversations.map(async (c) => deployment.queue.enqueue(prompt(c, n), said)));
    for (let n = 1; n <= 20; n += 1) await send(n);
    const later = (async () => {
      for (let n = 21; n <= 40; n += 1) await send(n);
    })();
    await own.restart();
    await later;
    await expect
      .poll(async () => (await deployment.queue.depth()).waiting, { timeout: 20_000 })
      .toBe(0);
    for (const c of conversations) {
      const ids = (await deployment.replies(`${account}.${c}`)).map(({ id }) => id);
      expect(ids).toEqual(Array.from({ length: 40 }, (_, index) => `${c}-${index + 1}`));
    }
  });
});

describe('a Redis that is to have a replica, and has none (min-replicas-to-write)', () => {
  it('takes nothing and forgets nothing: once one follows, each prompt has its reply, once and in order', async () => {
    await using own = await TestRedis.start('--repl-diskless-sync-delay', '0');
    await using replica = await TestRedis.start('--replicaof', '127.0.0.1', String(own.port));
    await using deployment = new Deployment(own.url);
    const { redis, queue } = deployment;
    const isFollowed = async () => (await redis.info('replication')).includes('state=online');
    await expect.poll(isFollowed, { timeout: 20_000 }).toBe(true);
    await redis.config('SET', 'min-replicas-to-write', '1');
    await deployment.worker(answer, { tuning: { lockMs: 1000 } });
    deployment.sweeper();
    let refused = 0;
    /** As an adapter does: until it is taken. */
    const send = async (conversation: string, n: number): Promise<void> => {
      try {
        await queue.enqueue(prompt(conversation, n), said);
      } catch (error) {
        expect(String(error)).toContain('NOREPLICAS');
        refused += 1;
        await delay(50);
        await send(conversation, n);
      }
    };
    const conversations = Array.from({ length: 10 }, (_, index) => `c${index}`);
    const asking = conversations.map(async (conversation) => {
      for (let n = 1; n <= 30; n += 1) await send(conversation, n);
    });
    await expect.poll(async () => (await deployment.replies(`${account}.c0`)).length).not.toBe(0);
    await replica.kill();
    await expect.poll(() => refused, { timeout: 20_000 }).toBeGreaterThan(20);
    await replica.restart();
    await Promise.all(asking);
    await expect.poll(async () => (await queue.depth()).waiting, { timeout: 20_000 }).toBe(0);
    for (const c of conversations) {
      const ids = (await deployment.replies(`${account}.${c}`)).map(({ id }) => id);
      expect(ids).toEqual(Array.from({ length: 30 }, (_, index) => `${c}-${index + 1}`));
    }
  });
});
