import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { type CountedUsage, dayOf } from '../../src/queue/fair-use.ts';
import { PromptList } from '../../src/queue/prompt-list.ts';
import { usageKey } from '../../src/redis/keys.ts';
import { TestRedis } from '../redis-server.ts';
import { account, Deployment, Events, prompt, said, words } from './queue-harness.ts';

const limits = { perConversation: 50, total: 100 };
/** Of two cents, a tenth, in ticks: what is reserved before the first answer. */
const reserved = 2e7;
const untold: CountedUsage = {
  inputTokens: 0,
  cachedTokens: 0,
  outputTokens: 7,
  costUsdTicks: 'reserved',
};
const scopes = ['test:u1', `chat:${account}.c`, 'all'];

let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('an answer that is ended before Grok has said what it cost', () => {
  it('costs what was reserved: who stops again and again uses up the budget', async () => {
    const fairUse = { person: { budgetUsdPerDay: 0.02 } };
    await using deployment = new Deployment(server.url, limits, { fairUse });
    const ended = await ending(deployment, untold);
    for (let n = 1; n <= 10; n += 1) {
      await expect(deployment.queue.enqueue(prompt('c', n), said)).resolves.toBe('queued');
      await ended.until((all) => all.length === n);
    }
    const next = deployment.queue.enqueue(prompt('c', 11), said);
    await expect(next).resolves.toMatchObject({ kind: 'spent', of: 'person' });
    expect(await reservations(deployment)).toEqual([]);
    const cost = String(10 * reserved);
    expect(await used(deployment, 'test:u1')).toMatchObject({ answers: '10', output: '70', cost });
  });

  it.each([['person'], ['chat'], ['all']])(
    'counts as any answer does for person, chat and all, where the budget is that of %s',
    async (of) => {
      const fairUse = { [of]: { budgetUsdPerDay: 0.02 } };
      await using deployment = new Deployment(server.url, limits, { fairUse });
      const ended = await ending(deployment, untold);
      await deployment.queue.enqueue(prompt('c', 1), said);
      await ended.until((all) => all.length === 1);
      const one = { answers: '1', input: '0', cached: '0', output: '7', cost: String(reserved) };
      for (const scope of scopes) expect(await used(deployment, scope)).toEqual(one);
    },
  );

  it('is counted without a cost where there is no budget', async () => {
    await using deployment = new Deployment(server.url, limits);
    const ended = await ending(deployment, untold);
    await deployment.queue.enqueue(prompt('c', 1), said);
    await ended.until((all) => all.length === 1);
    const one = { answers: '1', input: '0', cached: '0', output: '7', cost: '0' };
    for (const scope of scopes) expect(await used(deployment, scope)).toEqual(one);
  });

  it('is counted once, although it is settled twice', async () => {
    const fairUse = { person: { budgetUsdPerDay: 0.02 } };
    await using deployment = new Deployment(server.url, limits, { fairUse });
    for (const n of [1, 2]) await deployment.queue.enqueue(prompt('c', n), said);
    const { redis, prefix } = deployment;
    const history = { maxExchanges: 3, lifetimeMs: 60_000 };
    const list = new PromptList({ redis, prefix, clock: systemClock, history });
    const begun = await list.begin(`${account}.c`);
    if (begun === null) throw new Error('the list is empty');
    const again = { ...begun.turn };
    const asked = prompt('c', 1);
    const stopped = { word: asked.id, historyEpoch: 0, prompt: asked, evenIfStopped: true };
    for (const turn of [begun.turn, again]) {
      expect(await list.settle(turn, { ...stopped, usage: untold })).toMatchObject({
        kind: 'settled',
      });
    }
    const once = { answers: '1', cost: String(reserved) };
    expect(await used(deployment, 'test:u1')).toMatchObject(once);
    // What the second prompt has reserved is still there.
    const [key = ''] = await reservations(deployment);
    expect(await redis.hgetall(key)).toEqual({ 'c-2': String(reserved), '=': String(reserved) });
  });
});

describe('a prompt that never reached Grok', () => {
  it('is free, whatever was reserved for it', async () => {
    const fairUse = { person: { budgetUsdPerDay: 0.02 } };
    await using deployment = new Deployment(server.url, limits, { fairUse });
    const ended = await ending(deployment, undefined);
    for (let n = 1; n <= 15; n += 1) {
      await expect(deployment.queue.enqueue(prompt('c', n), said)).resolves.toBe('queued');
      await ended.until((all) => all.length === n);
    }
    expect(await used(deployment, 'test:u1')).toEqual({});
    expect(await reservations(deployment)).toEqual([]);
  });
});

async function used({ redis, prefix }: Deployment, scope: string): Promise<Record<string, string>> {
  return redis.hgetall(usageKey(prefix, dayOf(Date.now()), scope));
}

/** The keys that say what is reserved. */
async function reservations({ redis, keys }: Deployment): Promise<string[]> {
  return redis.keys(`${keys.reservedRoot}*`);
}

/** Ends all there is as stopped, with as much to be counted. */
async function ending(
  deployment: Deployment,
  usage: CountedUsage | undefined,
): Promise<Events<string>> {
  const ended = new Events<string>();
  await deployment.worker(
    async ({ prompt: asked }) => ({
      kind: 'settle',
      reply: words(asked, 'stopped', true),
      outcome: 'stopped',
      usage,
    }),
    {
      metrics: {
        settled: ({ id }) => ended.push(id),
        retried: () => undefined,
        deadLettered: () => undefined,
      },
    },
  );
  return ended;
}
