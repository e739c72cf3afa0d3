import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { dayOf, untilTomorrowMs } from '../../src/queue/fair-use.ts';
import { usageKey } from '../../src/redis/keys.ts';
import { FakeClock } from '../fake-clock.ts';
import { TestRedis } from '../redis-server.ts';
import { Deployment, Events, prompt, reply, said } from './queue-harness.ts';

const limits = { perConversation: 50, total: 100 };
/** A cent, in ticks. */
const cent = 1e8;

let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('requests per minute', () => {
  it('may come at once, then at an even pace; what is refused leaves no trace', async () => {
    const clock = new FakeClock();
    const fairUse = { person: { requestsPerMinute: 3 } };
    await using deployment = new Deployment(server.url, limits, { fairUse, clock });
    const { queue } = deployment;
    for (const n of [1, 2, 3]) {
      await expect(queue.enqueue(prompt('c', n), said)).resolves.toBe('queued');
    }
    const late = { kind: 'too-fast', of: 'person', afterMs: 20_000 };
    await expect(queue.enqueue(prompt('c', 4), said)).resolves.toEqual(late);
    await expect(queue.enqueue(prompt('c', 3), said)).resolves.toBe('known');
    expect(await deployment.redis.exists(deployment.keys.seen('c-4'))).toBe(0);
    expect(await queue.depth()).toMatchObject({ waiting: 3 });

    await clock.advance(19_000);
    const soon = { kind: 'too-fast', of: 'person', afterMs: 1000 };
    await expect(queue.enqueue(prompt('c', 4), said)).resolves.toEqual(soon);
    await clock.advance(1000);
    await expect(queue.enqueue(prompt('c', 4), said)).resolves.toBe('queued');
    await expect(queue.enqueue(prompt('c', 5), said)).resolves.toEqual(late);
  });

  it('are counted for each person, wherever they ask', async () => {
    const fairUse = { person: { requestsPerMinute: 1 } };
    await using deployment = new Deployment(server.url, limits, { fairUse });
    const { queue } = deployment;
    await expect(queue.enqueue(prompt('c', 1), said)).resolves.toBe('queued');
    await expect(queue.enqueue(prompt('d', 1), said)).resolves.toMatchObject({ kind: 'too-fast' });
    await expect(queue.enqueue(prompt('d', 2, 'u2'), said)).resolves.toBe('queued');
  });

  it('count none for what was refused because too many wait', async () => {
    const fairUse = { person: { requestsPerMinute: 1 } };
    const full = { perConversation: 1, total: 100 };
    await using deployment = new Deployment(server.url, full, { fairUse });
    const { queue } = deployment;
    await queue.enqueue(prompt('c', 1, 'u2'), said);
    await expect(queue.enqueue(prompt('c', 2), said)).resolves.toBe('full');
    await expect(queue.enqueue(prompt('d', 1), said)).resolves.toBe('queued');
  });
});

describe('the budget of a day', () => {
  it('is used up by answers, each counted once, and free again the next day', async () => {
    const clock = new FakeClock();
    const fairUse = { person: { budgetUsdPerDay: 0.02 } };
    await using deployment = new Deployment(server.url, limits, { fairUse, clock });
    const { queue } = deployment;
    const settled = await answering(deployment, cent, () => clock.now());
    await queue.enqueue(prompt('c', 1), said);
    await settled.until((all) => all.length === 1);
    await expect(queue.enqueue(prompt('d', 1), said)).resolves.toBe('queued');
    await settled.until((all) => all.length === 2);

    const spent = { kind: 'spent', of: 'person', afterMs: untilTomorrowMs(clock.now()) };
    await expect(queue.enqueue(prompt('c', 2), said)).resolves.toEqual(spent);
    await expect(queue.enqueue(prompt('c', 3, 'u2'), said)).resolves.toBe('queued');
    await clock.advance(spent.afterMs);
    await expect(queue.enqueue(prompt('c', 2), said)).resolves.toBe('queued');
  });

  it('holds what is under way: no more is begun than there is left', async () => {
    const fairUse = { person: { budgetUsdPerDay: 0.02 } };
    await using deployment = new Deployment(server.url, limits, { fairUse });
    const { queue } = deployment;
    // Before the first answer a tenth of the budget is reserved for each prompt.
    for (let n = 1; n <= 10; n += 1) {
      await expect(queue.enqueue(prompt('c', n), said)).resolves.toBe('queued');
    }
    await expect(queue.enqueue(prompt('c', 11), said)).resolves.toMatchObject({ kind: 'spent' });
    const settled = await answering(deployment, 0);
    await settled.until((all) => all.length === 10);
    expect(await reservations(deployment)).toEqual([]);
    await expect(queue.enqueue(prompt('c', 11), said)).resolves.toBe('queued');
  });

  it('is not touched where there is none, but what was used is counted', async () => {
    await using deployment = new Deployment(server.url);
    const settled = await answering(deployment, cent);
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.enqueue(prompt('c', 2, 'u2'), said);
    await settled.until((all) => all.length === 2);
    const { redis, prefix, keys } = deployment;
    expect(await redis.exists(keys.rate('test:u1'))).toBe(0);
    expect(await reservations(deployment)).toEqual([]);
    const one = { answers: '1', input: '10', cached: '4', output: '20', cost: String(cent) };
    const day = dayOf(Date.now());
    expect(await redis.hgetall(usageKey(prefix, day, 'test:u1'))).toEqual(one);
    const both = { answers: '2', cost: String(2 * cent) };
    expect(await redis.hgetall(usageKey(prefix, day, 'all'))).toMatchObject(both);
    expect(await redis.hgetall(usageKey(prefix, day, 'chat:test-1.c'))).toMatchObject(both);
  });
});

describe('what a chat, and what all together may use', () => {
  it('holds for everybody in the chat, and for no other chat', async () => {
    const clock = new FakeClock();
    const fairUse = { chat: { requestsPerMinute: 2 } };
    await using deployment = new Deployment(server.url, limits, { fairUse, clock });
    const { queue } = deployment;
    await queue.enqueue(prompt('c', 1), said);
    await queue.enqueue(prompt('c', 2, 'u2'), said);
    const late = { kind: 'too-fast', of: 'chat', afterMs: 30_000 };
    await expect(queue.enqueue(prompt('c', 3, 'u3'), said)).resolves.toEqual(late);
    await expect(queue.enqueue(prompt('d', 1, 'u3'), said)).resolves.toBe('queued');
  });

  it('is one for the conversations of one chat', async () => {
    const fairUse = { chat: { requestsPerMinute: 1 } };
    await using deployment = new Deployment(server.url, limits, { fairUse });
    const own = (conversation: string) => ({ ...prompt(conversation, 1), chat: 'test-1.group' });
    await expect(deployment.queue.enqueue(own('a'), said)).resolves.toBe('queued');
    await expect(deployment.queue.enqueue(own('b'), said)).resolves.toMatchObject({ of: 'chat' });
  });

  it('is reserved for what is under way: in the chat, then in all', async () => {
    const fairUse = { chat: { budgetUsdPerDay: 0.02 }, all: { budgetUsdPerDay: 0.03 } };
    await using deployment = new Deployment(server.url, limits, { fairUse });
    const { queue } = deployment;
    // A tenth of the smallest budget each: ten of them are the chat's, fifteen everybody's.
    const outcomes: unknown[] = [];
    for (const at of ['c', 'd']) {
      for (let n = 1; n <= 11; n += 1) {
        outcomes.push(await queue.enqueue(prompt(at, n, `${at}${n}`), said));
      }
    }
    expect(outcomes.slice(0, 10)).toEqual(Array(10).fill('queued'));
    expect(outcomes[10]).toMatchObject({ kind: 'spent', of: 'chat' });
    expect(outcomes.slice(11, 16)).toEqual(Array(5).fill('queued'));
    expect(outcomes[16]).toMatchObject({ kind: 'spent', of: 'all' });

    const settled = await answering(deployment, 0);
    await settled.until((all) => all.length === 15);
    expect(await reservations(deployment)).toEqual([]);
    await expect(queue.enqueue(prompt('c', 12), said)).resolves.toBe('queued');
  });

  it('is free again for a prompt that is taken back, and two days after one that nobody settled', async () => {
    const clock = new FakeClock();
    const fairUse = { person: { budgetUsdPerDay: 1 }, all: { budgetUsdPerDay: 0.000_000_001 } };
    await using deployment = new Deployment(server.url, limits, { fairUse, clock });
    const { queue } = deployment;
    const at = (conversation: string, n: number) => ({
      ...prompt(conversation, n),
      receivedAtMs: clock.now(),
    });
    // The whole budget is smaller than what one answer is reserved.
    await expect(queue.enqueue(at('c', 1), said)).resolves.toBe('queued');
    for (const n of [2, 3]) await queue.enqueue(at('c', n), said);
    await queue.amend('test-1.c', 'c', null);
    for (const key of await reservations(deployment)) {
      expect(await deployment.redis.pttl(key)).toBeGreaterThan(0);
    }
    expect((await reservations(deployment)).length).toBeGreaterThan(0);
    const twoDaysMs = 2 * 24 * 60 * 60_000;
    await clock.advance(twoDaysMs);
    await expect(queue.enqueue(at('d', 1), said)).resolves.toBe('queued');
  });
});

describe('a group', () => {
  it('is told once a minute that too many wait, a private chat each time', async () => {
    await using deployment = new Deployment(server.url, { perConversation: 0, total: 100 });
    const { queue } = deployment;
    const shared = (n: number) => ({ ...prompt('c', n, `u${n}`), isShared: true });
    await expect(queue.enqueue(shared(1), said)).resolves.toBe('full');
    await expect(queue.enqueue(shared(2), said)).resolves.toBe('hushed');
    await expect(queue.enqueue(shared(2), said)).resolves.toBe('known');
    expect((await deployment.replies('test-1.c')).map(({ text }) => text)).toEqual(['busy']);
    for (const n of [1, 2]) await queue.enqueue(prompt('d', n), said);
    expect(await deployment.replies('test-1.d')).toHaveLength(2);
  });

  it('is told so once, too, where each of its people talks for themselves', async () => {
    await using deployment = new Deployment(server.url, { perConversation: 0, total: 100 });
    const ask = async (person: string) =>
      deployment.queue.enqueue({ ...prompt(person, 1, person), chat: 'test-1.g' }, said);
    expect([await ask('ann'), await ask('bob')]).toEqual(['full', 'hushed']);
  });

  it('is told once of an incident, however many of its people ask', async () => {
    await using deployment = new Deployment(server.url);
    const { queue } = deployment;
    await deployment.closeGate('i1');
    for (const n of [1, 2, 3]) {
      await queue.enqueue({ ...prompt('c', n, `u${n}`), isShared: true }, said);
    }
    for (const n of [1, 2]) await queue.enqueue(prompt('d', n, `u${n}`), said);
    const told = async (where: string) =>
      (await deployment.replies(where)).filter(({ text }) => text === 'waiting').length;
    expect(await told('test-1.c')).toBe(1);
    expect(await told('test-1.d')).toBe(2);
  });

  it('hears the same refusal again only when it is over', async () => {
    await using deployment = new Deployment(server.url);
    const { queue } = deployment;
    const once = { what: 'too-fast:test-1.c', forMs: 60_000 };
    const say = async (n: number) => queue.sayOnce(`c-${n}`, reply(prompt('c', n), 'slow'), once);
    expect([await say(1), await say(1), await say(2)]).toEqual(['done', 'known', 'hushed']);
    expect(await deployment.replies('test-1.c')).toHaveLength(1);
    await deployment.redis.del(deployment.keys.once(once.what));
    expect(await say(3)).toBe('done');
  });
});

/** The keys that say what is reserved. */
async function reservations({ redis, keys }: Deployment): Promise<string[]> {
  return redis.keys(`${keys.reservedRoot}*`);
}

/** Answers all there is, each answer for as much. */
async function answering(
  deployment: Deployment,
  costUsdTicks: number,
  now = () => Date.now(),
): Promise<Events<string>> {
  const settled = new Events<string>();
  const usage = { inputTokens: 10, cachedTokens: 4, outputTokens: 20, costUsdTicks };
  await deployment.worker(
    async ({ prompt: asked }) => ({
      kind: 'settle',
      reply: reply(asked, 'answer'),
      outcome: 'answered',
      usage,
    }),
    {
      clock: { ...systemClock, now },
      metrics: {
        settled: ({ id }) => settled.push(id),
        retried: () => undefined,
        deadLettered: () => undefined,
      },
    },
  );
  return settled;
}
