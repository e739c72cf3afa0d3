import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import type { Prompt } from '../../src/prompt.ts';
import { ConversationCommands } from '../../src/queue/conversation-commands.ts';
import { dayOf, type FairUse } from '../../src/queue/fair-use.ts';
import { UsageBook } from '../../src/queue/usage-book.ts';
import { historyKey, usageKey } from '../../src/redis/keys.ts';
import { TestRedis } from '../redis-server.ts';
import { account, Deployment, Events, prompt, reply, said, words } from './queue-harness.ts';

const conversation = `${account}.c`;

let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('asking again', () => {
  it('puts the same prompt in under a new id, in place of the answer it had', async () => {
    await using deployment = new Deployment(server.url);
    const { commands, ask, asked, settled, history } = await answering(deployment);
    await ask(prompt('c', 1));
    await ask({ ...prompt('c', 2), receivedAtMs: 2000 });
    expect(await history()).toEqual(['question 1', 'question 2']);
    const again = { ...prompt('c', 3, 'u2'), address: 'elsewhere' };
    await expect(commands.retry(again, said)).resolves.toBe('queued');
    await expect(commands.retry(again, said)).resolves.toBe('known');
    await settled.until((all) => all.length === 3);
    expect(asked.all[2]).toMatchObject({
      id: 'c-3',
      text: 'question 2',
      address: 'elsewhere',
      author: { id: 'test:u2', name: 'u1' },
    });
    expect(await history()).toEqual(['question 1', 'question 2']);
  });

  it('finds the prompt that failed, and leaves the answer before it alone', async () => {
    await using deployment = new Deployment(server.url);
    const { commands, ask, asked, settled, history } = await answering(deployment);
    await ask({ ...prompt('c', 1), receivedAtMs: 1000 });
    await ask({ ...prompt('c', 2), text: 'fail' });
    await commands.retry(prompt('c', 3), said);
    await settled.until((all) => all.length === 3);
    expect(asked.all[2]?.text).toBe('fail');
    expect(await history()).toEqual(['question 1']);
  });

  it('says nothing by itself where there is nothing to ask again, as after a reset', async () => {
    await using deployment = new Deployment(server.url);
    const { commands, ask } = await answering(deployment);
    await expect(commands.retry(prompt('c', 1), said)).resolves.toBe('none');
    await ask(prompt('c', 2));
    await deployment.queue.reset('r-1', conversation, words(prompt('c', 3), 'reset', true));
    await expect(commands.retry(prompt('c', 4), said)).resolves.toBe('none');
  });
});

describe('undoing', () => {
  it('takes the newest exchange out, once for each message, and says which it was', async () => {
    await using deployment = new Deployment(server.url);
    const { commands, ask, history } = await answering(deployment);
    await ask(prompt('c', 1));
    await ask(prompt('c', 2));
    const say = (n: number) => ({
      undone: (text: string) => words(prompt('c', n), `undone ${text}`, true),
      nothing: words(prompt('c', n), 'nothing', true),
    });
    await expect(commands.undo('c-3', conversation, say(3))).resolves.toBe('done');
    await expect(commands.undo('c-3', conversation, say(3))).resolves.toBe('known');
    expect(await history()).toEqual(['question 1']);
    await commands.undo('c-4', conversation, say(4));
    await commands.undo('c-5', conversation, say(5));
    expect(await history()).toEqual([]);
    const texts = (await deployment.replies(conversation)).map(({ text }) => text);
    expect(texts.slice(2)).toEqual(['undone question 2', 'undone question 1', 'nothing']);
  });
});

describe('the settings of a conversation', () => {
  it('are changed once for each message, one by one, and taken back', async () => {
    await using deployment = new Deployment(server.url);
    const { commands } = await answering(deployment);
    const done = words(prompt('c', 1), 'changed', true);
    expect(await commands.settings(conversation)).toEqual({});
    await commands.change('m-1', conversation, { model: 'grok-4.7', persona: 'A pirate' }, done);
    await commands.change('m-2', conversation, { effort: 'high' }, done);
    await expect(commands.change('m-1', conversation, { model: 'other' }, done)).resolves.toBe(
      'known',
    );
    const all = { model: 'grok-4.7', persona: 'A pirate', effort: 'high' };
    expect(await commands.settings(conversation)).toEqual(all);
    await commands.change('m-3', conversation, { model: null, persona: null }, done);
    expect(await commands.settings(conversation)).toEqual({ effort: 'high' });
    await deployment.redis.hset(`{${deployment.prefix}}:conversation:${conversation}`, {
      effort: 'immense',
    });
    expect(await commands.settings(conversation)).toEqual({});
  });
});

describe('forgetting', () => {
  it('leaves nothing of what was said, chosen and used', async () => {
    await using deployment = new Deployment(server.url);
    const { commands, ask, history } = await answering(deployment);
    const { redis, prefix, keys } = deployment;
    const secret = randomUUID();
    await ask({ ...prompt('c', 1), text: secret });
    const done = words(prompt('c', 2), 'done', true);
    await commands.change('m-1', conversation, { persona: secret }, done);
    const raw = JSON.stringify({ ...prompt('c', 1), text: secret });
    const other = JSON.stringify({ raw: JSON.stringify(prompt('d', 1)) });
    await redis.rpush(keys.deadLetters, JSON.stringify({ raw: `c-1 0 1 ${raw}` }), other);
    // What is still to be delivered is none of it.
    await redis.del(keys.replies(conversation));

    await expect(commands.forget('m-2', conversation, 'test:u1', done)).resolves.toBe('done');
    await expect(commands.forget('m-2', conversation, 'test:u1', done)).resolves.toBe('known');
    expect(await history()).toEqual([]);
    expect(await redis.exists(usageKey(prefix, dayOf(Date.now()), 'test:u1'))).toBe(0);
    expect(await redis.lrange(keys.deadLetters, 0, -1)).toEqual([other]);
    for (const key of await redis.keys(`{${prefix}}:*`)) {
      expect(Buffer.from((await redis.dumpBuffer(key)) ?? '').includes(secret), key).toBe(false);
    }
  });

  it('keeps what a budget is reckoned by', async () => {
    await using deployment = new Deployment(server.url);
    const { commands, ask, book } = await answering(deployment, { person: { budgetUsdPerDay: 1 } });
    await ask(prompt('c', 1));
    const done = words(prompt('c', 2), 'done', true);
    await commands.forget('m-2', conversation, 'test:u1', done);
    expect(await book.today('test:u1')).toEqual({
      answers: 1,
      inputTokens: 1,
      cachedTokens: 0,
      outputTokens: 2,
      costUsdTicks: 3,
    });
    expect(await book.today('test:nobody')).toMatchObject({ answers: 0, costUsdTicks: 0 });
  });
});

/** A worker that answers all but `fail`, and what acts on its conversations. */
async function answering(deployment: Deployment, fairUse: FairUse = {}) {
  const { redis, prefix, queue, turns } = deployment;
  const asked = new Events<Prompt>();
  const usage = { inputTokens: 1, cachedTokens: 0, outputTokens: 2, costUsdTicks: 3.4 };
  const settled = new Events<string>();
  await deployment.worker(
    async ({ prompt: question }) => {
      asked.push(question);
      if (question.text === 'fail') {
        return { kind: 'settle', reply: words(question, 'failed', true), outcome: 'failed' };
      }
      const { text, receivedAtMs: atMs } = question;
      const exchange = JSON.stringify({ v: 1, prompt: text, answer: 'a', author: '', atMs });
      const answer = reply(question, 'answer');
      return { kind: 'settle', reply: answer, exchange, outcome: 'answered', usage };
    },
    {
      metrics: {
        settled: ({ id }) => settled.push(id),
        retried: () => undefined,
        deadLettered: () => undefined,
      },
    },
  );
  const parts = { redis, prefix, queue, turns, clock: systemClock, fairUse };
  return {
    asked,
    settled,
    commands: new ConversationCommands({ ...parts, historyLifetimeMs: 60_000 }),
    book: new UsageBook(parts),
    ask: async (question: Prompt) => {
      await queue.enqueue(question, said);
      await settled.until((all) => all.includes(question.id));
    },
    history: async () => {
      const entries = await redis.lrange(historyKey(prefix, conversation, 0), 0, -1);
      return entries.map((entry) => String(JSON.parse(entry).prompt));
    },
  };
}
