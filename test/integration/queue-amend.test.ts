import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { PromptHandler } from '../../src/queue/prompt-handler.ts';
import { TestRedis } from '../redis-server.ts';
import { account, answer, Deployment, Events, prompt, reply, said } from './queue-harness.ts';

const conversation = `${account}.c`;
let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const at = (n: number, author?: string) => ({ ...prompt('c', n, author), address: `c:${n}` });
const texts = (replies: readonly { text: string }[]) => replies.map(({ text }) => text);

describe('a prompt that waits', () => {
  it('is answered as its author has changed it, in its place and to its address', async () => {
    await using deployment = new Deployment(server.url);
    const { queue } = deployment;
    for (const n of [1, 2, 3]) await queue.enqueue(at(n), said);
    const text = 'what “ünïcode” / says\n\\n';
    expect(await queue.amend(conversation, 'c:2', text)).toBe('changed');
    const settled = new Events<string>();
    const asked: unknown[] = [];
    await deployment.worker(
      async (turn, signal) => {
        asked.push(turn.prompt);
        return answer(turn, signal);
      },
      { metrics: metricsInto(settled) },
    );
    await settled.until((all) => all.length === 3);
    expect(asked).toMatchObject([{ id: 'c-1' }, { id: 'c-2', address: 'c:2', text }, {}]);
    expect(asked[1]).toEqual({ ...at(2), text, receivedAtMs: expect.any(Number) });
  });

  it('is not answered once it is deleted, and does not count any more', async () => {
    await using deployment = new Deployment(server.url);
    const { queue } = deployment;
    await queue.enqueue({ ...at(1), receivedAtMs: 1000 }, said);
    await queue.enqueue({ ...at(2), receivedAtMs: 2000 }, said);
    expect(await queue.amend(conversation, 'c:1', null)).toBe('dropped');
    expect(await queue.amend(conversation, 'c:1', null)).toBe('left');
    const replies = { conversations: 0, oldestAtMs: null };
    const one = { waiting: 1, conversations: 1, oldestAtMs: 2000, replies };
    expect(await queue.depth()).toEqual(one);
    await expect(queue.enqueue(at(1), said)).resolves.toBe('known');
    expect(await queue.amend(conversation, 'c:2', null)).toBe('dropped');
    const nothing = { waiting: 0, conversations: 0, oldestAtMs: null, replies };
    expect(await queue.depth()).toEqual(nothing);
    const settled = new Events<string>();
    await deployment.worker(answer, { metrics: metricsInto(settled) });
    await queue.enqueue(at(3), said);
    await settled.until((all) => all.length === 1);
    expect(texts(await deployment.replies(conversation))).toEqual(['answer question 3']);
  });

  it('can be changed while no credential serves', async () => {
    await using deployment = new Deployment(server.url);
    const settled = new Events<string>();
    await deployment.closeGate('i-1');
    await deployment.worker(answer, { metrics: metricsInto(settled) });
    await deployment.queue.enqueue(at(1), said);
    expect(await deployment.queue.amend(conversation, 'c:1', 'better')).toBe('changed');
    await deployment.openGate();
    deployment.sweeper();
    await settled.until((all) => all.length === 1);
    expect(texts(await deployment.replies(conversation))).toContain('answer better');
  });
});

describe('a prompt that is being answered', () => {
  it('is left alone, changed or deleted, while the one behind it is not', async () => {
    await using deployment = new Deployment(server.url);
    const started = new Events<string>();
    const settled = new Events<string>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const slow: PromptHandler = async ({ prompt: asked }) => {
      started.push(asked.id);
      await released;
      return { kind: 'settle', reply: reply(asked, asked.text), outcome: 'answered' };
    };
    await deployment.worker(slow, { metrics: metricsInto(settled) });
    for (const n of [1, 2]) await deployment.queue.enqueue(at(n), said);
    await started.until((all) => all.length === 1);
    expect(await deployment.queue.amend(conversation, 'c:1', 'too late')).toBe('left');
    expect(await deployment.queue.amend(conversation, 'c:1', null)).toBe('left');
    expect(await deployment.queue.amend(conversation, 'c:2', 'in time')).toBe('changed');
    release();
    await settled.until((all) => all.length === 2);
    expect(texts(await deployment.replies(conversation))).toEqual(['question 1', 'in time']);
  });
});

function metricsInto(settled: Events<string>) {
  return {
    settled: ({ id }: { id: string }) => settled.push(id),
    retried: () => undefined,
    deadLettered: () => undefined,
  };
}
