import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { History } from '../../src/conversation/history.ts';
import type { Kept } from '../../src/queue/prompt-handler.ts';
import { conversationKey, historyKey, summaryKey } from '../../src/redis/keys.ts';
import { TestRedis } from '../redis-server.ts';
import { account, answer, Deployment, prompt, quiet, said } from './queue-harness.ts';

const conversation = `${account}.c`;
let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** What the handler was given for each prompt that waits, and what it would have found itself. */
async function answerAll(deployment: Deployment, prompts: number) {
  const { redis, prefix } = deployment;
  const history = new History({ redis, prefix, budgetTokens: 10_000, log: quiet });
  const seen: { kept: Kept | undefined; isAsFound: boolean }[] = [];
  const done = Promise.withResolvers<void>();
  await deployment.worker(async (turn, signal) => {
    const { kept, historyEpoch } = turn;
    const found = await history.load(conversation, historyEpoch);
    const told = await history.load(conversation, historyEpoch, kept);
    seen.push({ kept, isAsFound: JSON.stringify(told) === JSON.stringify(found) });
    if (seen.length === prompts) done.resolve();
    return answer(turn, signal);
  });
  await done.promise;
  return seen;
}

function exchange(n: number): string {
  const text = { prompt: `question ${n}`, answer: `answer ${n}`, author: '' };
  return JSON.stringify({ v: 1, ...text, atMs: n });
}

describe('a turn of a conversation', () => {
  it('brings history, summary and settings along for its first prompt, the later ones look themselves', async () => {
    await using deployment = new Deployment(server.url);
    const { redis, prefix } = deployment;
    await redis.rpush(historyKey(prefix, conversation, 0), exchange(1), exchange(2));
    await redis.hset(summaryKey(prefix, conversation, 0), {
      v: '1',
      text: 'what was before',
      through: exchange(1),
    });
    await redis.hset(conversationKey(prefix, conversation), { persona: 'a pirate', model: 'grok' });
    for (const n of [1, 2]) await deployment.queue.enqueue(prompt('c', n), said);
    const seen = await answerAll(deployment, 2);
    expect(seen[0]).toEqual({
      kept: {
        exchanges: [exchange(1), exchange(2)],
        summary: { v: '1', text: 'what was before', through: exchange(1) },
        settings: { persona: 'a pirate', model: 'grok' },
      },
      isAsFound: true,
    });
    expect(seen[1]).toEqual({ kept: undefined, isAsFound: true });
  });

  it('brings the history that its prompt was asked under, not one that has begun since', async () => {
    await using deployment = new Deployment(server.url);
    const { redis, prefix } = deployment;
    await deployment.queue.enqueue(prompt('c', 1), said);
    await redis.rpush(historyKey(prefix, conversation, 0), exchange(1));
    await redis.hset(conversationKey(prefix, conversation), { history_epoch: '1' });
    await redis.rpush(historyKey(prefix, conversation, 1), exchange(7));
    const [seen] = await answerAll(deployment, 1);
    expect(seen?.kept?.exchanges).toEqual([exchange(1)]);
  });

  it('brings nothing where nothing is kept', async () => {
    await using deployment = new Deployment(server.url);
    await deployment.queue.enqueue(prompt('c', 1), said);
    const [seen] = await answerAll(deployment, 1);
    expect(seen).toEqual({ kept: { exchanges: [], summary: {}, settings: {} }, isAsFound: true });
  });
});
