import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RedisAccessStore } from '../../src/redis/access-store.ts';
import type { Standing } from '../../src/standing.ts';
import { TestRedis } from '../redis-server.ts';
import { account, answer, Deployment, Events, prompt, said, words } from './queue-harness.ts';

let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const texts = (replies: readonly { text: string }[]) => replies.map(({ text }) => text);

describe('taking a prompt in', () => {
  it('answers with the busy word when its conversation holds too many, and keeps that in mind', async () => {
    await using deployment = new Deployment(server.url, { perConversation: 2, total: 100 });
    const { queue } = deployment;
    await expect(queue.enqueue(prompt('c', 1), said)).resolves.toBe('queued');
    await expect(queue.enqueue(prompt('c', 2), said)).resolves.toBe('queued');
    await expect(queue.enqueue(prompt('c', 3), said)).resolves.toBe('full');
    await expect(queue.enqueue(prompt('c', 3), said)).resolves.toBe('known');
    await expect(queue.enqueue(prompt('d', 1), said)).resolves.toBe('queued');
    expect(await deployment.replies(`${account}.c`)).toMatchObject([
      { id: 'c-3', anchor: 'c-3', text: 'busy', final: true, kind: 'words' },
    ]);
    expect(await queue.depth()).toMatchObject({ waiting: 3, conversations: 2 });
  });

  it('answers with the busy word when all together hold too many', async () => {
    await using deployment = new Deployment(server.url, { perConversation: 50, total: 2 });
    const { queue } = deployment;
    await queue.enqueue(prompt('c', 1), said);
    await queue.enqueue(prompt('d', 1), said);
    await expect(queue.enqueue(prompt('e', 1), said)).resolves.toBe('full');
    const settled = new Events<string>();
    await deployment.worker(answer, {
      metrics: {
        settled: ({ id }) => settled.push(id),
        retried: () => undefined,
        deadLettered: () => undefined,
      },
    });
    await settled.until((all) => all.length === 2);
    await expect(queue.enqueue(prompt('e', 2), said)).resolves.toBe('queued');
  });

  it('takes it only if its author may talk at that moment, else changes nothing', async () => {
    await using deployment = new Deployment(server.url);
    const { queue, redis, prefix } = deployment;
    const store = new RedisAccessStore(redis, prefix);
    const author = prompt('c', 1).author.id;
    const isTaken = async (n: number, welcome: readonly Standing[]) =>
      queue.enqueue(prompt('c', n), said, welcome);
    await expect(isTaken(1, ['owner', 'allowed'])).resolves.toBe('unwelcome');
    await expect(isTaken(1, [])).resolves.toBe('unwelcome');
    expect(await queue.depth()).toMatchObject({ waiting: 0, conversations: 0 });
    await expect(isTaken(1, ['allowed', 'stranger'])).resolves.toBe('queued');
    await store.deny(author);
    await expect(isTaken(2, ['owner', 'allowed', 'stranger'])).resolves.toBe('unwelcome');
    // Not even that it has been here before.
    await expect(isTaken(1, ['owner', 'allowed', 'stranger'])).resolves.toBe('unwelcome');
    await store.allow(author);
    await expect(isTaken(2, ['allowed'])).resolves.toBe('queued');
    await store.claim(author);
    await expect(isTaken(3, ['allowed'])).resolves.toBe('unwelcome');
    await expect(isTaken(3, ['owner'])).resolves.toBe('queued');
    await expect(queue.enqueue(prompt('c', 4), said)).resolves.toBe('queued');
    expect(await queue.depth()).toMatchObject({ waiting: 4 });
    expect(await deployment.replies(`${account}.c`)).toEqual([]);
  });

  it('knows since when the oldest waits', async () => {
    await using deployment = new Deployment(server.url);
    await deployment.queue.enqueue({ ...prompt('c', 1), receivedAtMs: 2000 }, said);
    await deployment.queue.enqueue({ ...prompt('d', 1), receivedAtMs: 1000 }, said);
    await deployment.queue.enqueue({ ...prompt('d', 2), receivedAtMs: 3000 }, said);
    expect(await deployment.queue.depth()).toEqual({
      waiting: 3,
      conversations: 2,
      oldestAtMs: 1000,
      replies: { conversations: 0, oldestAtMs: null },
    });
    const counts = await deployment.turns.counts([account]);
    expect(counts).toContainEqual({ queue: 'prompts', state: 'waiting', jobs: 2 });
    expect(counts).toContainEqual({ queue: `replies-${account}`, state: 'active', jobs: 0 });
  });

  it('leaves no key without an end of life once all is said', async () => {
    await using deployment = new Deployment(server.url);
    const delivered = new Events<string>();
    await deployment.worker(answer);
    await deployment.bridge(async ({ id }) => {
      delivered.push(id);
      return { kind: 'delivered' };
    });
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.reset('r-1', `${account}.c`, words(prompt('c', 2), 'reset', true));
    const stopped = words(prompt('c', 3), 'stopped it', true);
    await deployment.queue.stop(
      's-1',
      `${account}.c`,
      { kind: 'head' },
      { stopped, nothing: stopped },
    );
    await delivered.until((all) => all.length === 3);
    // What remains is BullMQ's own and does not grow with what is said.
    const queueOwn = /:(?:prompts|replies-test-1):(?:meta|id|events|marker|active|de:.*|\d+)$/u;
    const endless = async () => {
      const keys = await deployment.redis.keys(`{${deployment.prefix}}:*`);
      const lifetimes = await Promise.all(keys.map(async (key) => deployment.redis.pttl(key)));
      return keys.filter((key, at) => lifetimes[at] === -1 && !queueOwn.test(key));
    };
    // The turns of the last ones are still about to end.
    await expect.poll(endless).toEqual([]);
  });
});

describe('a command', () => {
  it('is answered once', async () => {
    await using deployment = new Deployment(server.url);
    const help = words(prompt('c', 1), 'help', true);
    await expect(deployment.queue.say('m-1', help)).resolves.toBe('done');
    await expect(deployment.queue.say('m-1', help)).resolves.toBe('known');
    expect(texts(await deployment.replies(`${account}.c`))).toEqual(['help']);
  });

  it('to reset raises the epoch once and deletes what was said before', async () => {
    await using deployment = new Deployment(server.url);
    const conversation = `${account}.c`;
    const history = `{${deployment.prefix}}:history:0:${conversation}`;
    await deployment.redis.rpush(history, '{}');
    const done = words(prompt('c', 1), 'reset', true);
    await expect(deployment.queue.reset('m-1', conversation, done)).resolves.toBe('done');
    await expect(deployment.queue.reset('m-1', conversation, done)).resolves.toBe('known');
    expect(await deployment.state(conversation)).toMatchObject({ history_epoch: '1' });
    expect(await deployment.redis.exists(history)).toBe(0);
    await expect(deployment.queue.reset('m-2', conversation, done)).resolves.toBe('done');
    expect(await deployment.state(conversation)).toMatchObject({ history_epoch: '2' });
  });

  it('to stop says so when there is nothing to stop', async () => {
    await using deployment = new Deployment(server.url);
    const stopped = words(prompt('c', 2), 'stopped it', true);
    const say = { stopped, nothing: words(prompt('c', 1), 'nothing', true) };
    await expect(deployment.queue.stop('m-1', `${account}.c`, { kind: 'head' }, say)).resolves.toBe(
      'nothing',
    );
    await expect(deployment.queue.stop('m-1', `${account}.c`, { kind: 'head' }, say)).resolves.toBe(
      'known',
    );
    expect(texts(await deployment.replies(`${account}.c`))).toEqual(['nothing']);
  });
});
