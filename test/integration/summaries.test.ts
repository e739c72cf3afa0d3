import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { exchangeEntry } from '../../src/conversation/exchange.ts';
import { History } from '../../src/conversation/history.ts';
import { Summaries } from '../../src/conversation/summary.ts';
import { ConversationCommands } from '../../src/queue/conversation-commands.ts';
import { historyKey, summaryKey, usageKey } from '../../src/redis/keys.ts';
import { TestRedis } from '../redis-server.ts';
import { Deployment, prompt, words } from './queue-harness.ts';

const conversation = 'test-1.c';
const hourMs = 3_600_000;

let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('the summary of a history', () => {
  it('stands for the exchanges that it covers, and what it took is counted once', async () => {
    await using stage = await begun(4);
    const claim = await stage.claimed();
    expect(await stage.keep(claim, 1)).toBe('kept');
    expect(await stage.keep(claim, 1)).toBe('lost');
    const { earlier, exchanges } = await stage.history.load(conversation, 0);
    expect(earlier).toBe('the beginning');
    expect(exchanges.map(({ prompt: asked }) => asked)).toEqual(['question 2', 'question 3']);
    expect(await stage.history.all(conversation)).toMatchObject({ summary: 'the beginning' });
    expect((await stage.history.all(conversation)).exchanges).toHaveLength(4);
    const usage = { input: '7', cached: '1', output: '2', cost: '3' };
    const { redis, prefix } = stage.deployment;
    expect(await redis.hgetall(usageKey(prefix, 'today', 'a'))).toEqual(usage);
    expect(await redis.hgetall(usageKey(prefix, 'today', 'all'))).toEqual(usage);
    expect(await redis.pttl(summaryKey(prefix, conversation, 0))).toBeGreaterThan(0);
  });

  it('goes on to stand for what the list has let go of', async () => {
    await using stage = await begun(4);
    await stage.keep(await stage.claimed(), 1);
    const { redis, prefix } = stage.deployment;
    await redis.ltrim(historyKey(prefix, conversation, 0), 2, -1);
    const { earlier, exchanges } = await stage.history.load(conversation, 0);
    expect([earlier, exchanges.length]).toEqual(['the beginning', 2]);
  });

  it('is made by one at a time, and not again soon after a failure', async () => {
    await using stage = await begun(2);
    await stage.claimed();
    await expect(stage.summaries.claim(conversation, 0, hourMs)).resolves.toBeUndefined();
  });

  it('is not kept when the history was reset meanwhile, and goes with it', async () => {
    await using stage = await begun(4);
    const claim = await stage.claimed();
    await stage.reset(9);
    expect(await stage.keep(claim, 1)).toBe('gone');
    const { redis, prefix } = stage.deployment;
    expect(await redis.exists(summaryKey(prefix, conversation, 0))).toBe(0);
    // Paid for it was all the same.
    expect(await redis.hget(usageKey(prefix, 'today', 'a'), 'cost')).toBe('3');

    await using other = await begun(4);
    await other.keep(await other.claimed(), 1);
    await other.reset(9);
    expect(
      await other.deployment.redis.exists(summaryKey(other.deployment.prefix, conversation, 0)),
    ).toBe(0);
  });

  it('is not kept when what it covers was taken back meanwhile', async () => {
    await using stage = await begun(2);
    const claim = await stage.claimed();
    await stage.undo(10);
    expect(await stage.keep(claim, 1)).toBe('gone');
    expect((await stage.history.load(conversation, 0)).earlier).toBeUndefined();
  });

  it('goes when the newest exchange that it covers is taken back, and only then', async () => {
    await using stage = await begun(3);
    await stage.keep(await stage.claimed(), 1);
    await stage.undo(10);
    expect((await stage.history.load(conversation, 0)).earlier).toBe('the beginning');
    await stage.undo(11);
    const { earlier, exchanges } = await stage.history.load(conversation, 0);
    expect(earlier).toBeUndefined();
    expect(exchanges.map(({ prompt: asked }) => asked)).toEqual(['question 0']);
  });

  it('of a newer version stays, and counts as none', async () => {
    await using stage = await begun(3);
    const { redis, prefix } = stage.deployment;
    const key = summaryKey(prefix, conversation, 0);
    expect(await stage.keep(await stage.claimed(), 1)).toBe('kept');
    expect(await redis.hget(key, 'v')).toBe('1');
    await redis.hset(key, 'v', '2');
    const before = await redis.hgetall(key);
    const { earlier, exchanges } = await stage.history.load(conversation, 0);
    expect(earlier).toBeUndefined();
    expect(exchanges).toHaveLength(3);
    expect(await stage.keep(await stage.claimed(), 2)).toBe('gone');
    expect(await redis.hgetall(key)).toEqual(before);
  });

  it('is due when the rest nears the budget, not before', async () => {
    await using stage = await begun(4, 70);
    const { due } = await stage.history.load(conversation, 0);
    expect(due?.through).toBe(stage.entries[2]);
    await using roomy = await begun(4, 10_000);
    expect((await roomy.history.load(conversation, 0)).due).toBeUndefined();
  });
});

/** A conversation with so many exchanges. */
async function begun(count: number, budgetTokens = 10_000) {
  const deployment = new Deployment(server.url);
  const { redis, prefix, queue, turns } = deployment;
  const entries = Array.from({ length: count }, (_, n) =>
    exchangeEntry({ v: 1, prompt: `question ${n}`, answer: `answer ${n}`, author: '', atMs: n }),
  );
  await redis.rpush(historyKey(prefix, conversation, 0), ...entries);
  const summaries = new Summaries(redis, prefix, hourMs);
  const commands = new ConversationCommands({
    redis,
    prefix,
    queue,
    turns,
    clock: systemClock,
    historyLifetimeMs: hourMs,
    fairUse: {},
  });
  const claimed = async () => {
    const claim = await summaries.claim(conversation, 0, hourMs);
    if (claim === undefined) throw new Error('somebody else has the claim');
    return claim;
  };
  return {
    deployment,
    entries,
    summaries,
    claimed,
    history: new History({ redis, prefix, budgetTokens, log: pino({ level: 'silent' }) }),
    keep: async (claim: Awaited<ReturnType<typeof claimed>>, through: number) =>
      summaries.keep(
        claim,
        { text: 'the beginning', through: entries[through] ?? '' },
        {
          usageKeys: ['a', 'all'].map((scope) => usageKey(prefix, 'today', scope)),
          usageLifetimeMs: hourMs,
          inputTokens: 7,
          cachedTokens: 1,
          outputTokens: 2,
          costUsdTicks: 3,
        },
      ),
    reset: async (n: number) =>
      queue.reset(`c-${n}`, conversation, words(prompt('c', n), 'reset', true)),
    undo: async (n: number) =>
      commands.undo(`c-${n}`, conversation, {
        undone: () => words(prompt('c', n), 'undone', true),
        nothing: words(prompt('c', n), 'nothing', true),
      }),
    [Symbol.asyncDispose]: async () => deployment[Symbol.asyncDispose](),
  };
}
