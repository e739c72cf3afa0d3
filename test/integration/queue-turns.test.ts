import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Prompt } from '../../src/prompt.ts';
import { TestRedis } from '../redis-server.ts';
import { account, answer, Deployment, Events, prompt, reply, said } from './queue-harness.ts';

let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('a prompt', () => {
  it('goes the whole way: enqueued, answered, settled, delivered', async () => {
    await using deployment = new Deployment(server.url);
    const delivered = new Events<string>();
    await deployment.worker(answer);
    await deployment.bridge(async ({ text }) => {
      delivered.push(text);
      return { kind: 'delivered' };
    });
    await expect(deployment.queue.enqueue(prompt('c', 1), said)).resolves.toBe('queued');
    await delivered.until((all) => all.length === 1);
    expect(delivered.all).toEqual(['answer question 1']);
  });

  it('is answered once, however often it comes', async () => {
    await using deployment = new Deployment(server.url);
    const delivered = new Events<string>();
    await deployment.worker(answer);
    await deployment.bridge(async ({ id }) => {
      delivered.push(id);
      return { kind: 'delivered' };
    });
    const first = prompt('c', 1);
    const outcomes = await Promise.all(
      [1, 2, 3].map(async () => deployment.queue.enqueue(first, said)),
    );
    expect(outcomes.filter((outcome) => outcome === 'known')).toHaveLength(2);
    expect(outcomes).toContain('queued');
    await delivered.until((all) => all.includes('c-1'));
    await expect(deployment.queue.enqueue(first, said)).resolves.toBe('known');
    await deployment.queue.enqueue(prompt('c', 2), said);
    await delivered.until((all) => all.includes('c-2'));
    expect(delivered.all).toEqual(['c-1', 'c-2']);
  });

  it('waits for those before it in its conversation, and for nobody else', async () => {
    await using deployment = new Deployment(server.url);
    const running = new Map<string, number>();
    const overlaps: string[] = [];
    const started: Prompt[] = [];
    let most = 0;
    const settled = new Events<string>();
    for (let worker = 0; worker < 2; worker += 1) {
      await deployment.worker(
        async (turn) => {
          const { conversation } = turn.prompt;
          if (running.has(conversation)) overlaps.push(turn.prompt.id);
          running.set(conversation, 1);
          most = Math.max(most, running.size);
          started.push(turn.prompt);
          await new Promise((resolve) => {
            setImmediate(resolve);
          });
          running.delete(conversation);
          return { kind: 'settle', reply: reply(turn.prompt, 'yes'), outcome: 'answered' };
        },
        {
          metrics: {
            settled: ({ id }) => settled.push(id),
            retried: () => undefined,
            deadLettered: () => undefined,
          },
        },
      );
    }
    const conversations = Array.from({ length: 30 }, (_, index) => `c${index}`);
    for (let n = 1; n <= 20; n += 1) {
      await Promise.all(
        conversations.map(async (c) => deployment.queue.enqueue(prompt(c, n), said)),
      );
    }
    await settled.until((all) => all.length === 600);
    expect(overlaps).toEqual([]);
    expect(most).toBeGreaterThan(1);
    for (const c of conversations) {
      const ids = (await deployment.replies(`${account}.${c}`)).map(({ id }) => id);
      expect(ids).toEqual(Array.from({ length: 20 }, (_, index) => `${c}-${index + 1}`));
    }
    await expect(deployment.queue.depth()).resolves.toEqual({
      waiting: 0,
      conversations: 0,
      oldestAtMs: null,
      // Nobody delivers here.
      replies: { conversations: 30, oldestAtMs: expect.any(Number) },
    });
  });

  it('of a quiet conversation is not held up by a long-winded one', async () => {
    await using deployment = new Deployment(server.url);
    const settled = new Events<string>();
    for (let n = 1; n <= 40; n += 1) await deployment.queue.enqueue(prompt('hot', n), said);
    for (const c of ['a', 'b', 'c']) await deployment.queue.enqueue(prompt(c, 1), said);
    await deployment.worker(answer, {
      concurrency: 1,
      metrics: {
        settled: ({ id }) => settled.push(id),
        retried: () => undefined,
        deadLettered: () => undefined,
      },
    });
    await settled.until((all) => all.length === 43);
    expect(settled.all.slice(0, 12)).toEqual([
      ...Array.from({ length: 8 }, (_, index) => `hot-${index + 1}`),
      'a-1',
      'b-1',
      'c-1',
      'hot-9',
    ]);
  });
});
