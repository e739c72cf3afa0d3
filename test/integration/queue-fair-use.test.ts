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
    const fairUse = { requestsPerMinute: 3 };
    await using deployment = new Deployment(server.url, limits, { fairUse, clock });
    const { queue } = deployment;
    for (const n of [1, 2, 3]) {
      await expect(queue.enqueue(prompt('c', n), said)).resolves.toBe('queued');
    }
    const late = { kind: 'too-fast', afterMs: 20_000 };
    await expect(queue.enqueue(prompt('c', 4), said)).resolves.toEqual(late);
    await expect(queue.enqueue(prompt('c', 3), said)).resolves.toBe('known');
    expect(await deployment.redis.exists(deployment.keys.seen('c-4'))).toBe(0);
    expect(await queue.depth()).toMatchObject({ waiting: 3 });

    await clock.advance(19_000);
    const soon = { kind: 'too-fast', afterMs: 1000 };
    await expect(queue.enqueue(prompt('c', 4), said)).resolves.toEqual(soon);
    await clock.advance(1000);
    await expect(queue.enqueue(prompt('c', 4), said)).resolves.toBe('queued');
    await expect(queue.enqueue(prompt('c', 5), said)).resolves.toEqual(late);
  });

  it('are counted for each person, wherever they ask', async () => {
    const fairUse = { requestsPerMinute: 1 };
    await using deployment = new Deployment(server.url, limits, { fairUse });
    const { queue } = deployment;
    await expect(queue.enqueue(prompt('c', 1), said)).resolves.toBe('queued');
    await expect(queue.enqueue(prompt('d', 1), said)).resolves.toMatchObject({ kind: 'too-fast' });
    await expect(queue.enqueue(prompt('d', 2, 'u2'), said)).resolves.toBe('queued');
  });

  it('count none for what was refused because too many wait', async () => {
    const fairUse = { requestsPerMinute: 1 };
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
    const fairUse = { budgetUsdPerDay: 0.02 };
    await using deployment = new Deployment(server.url, limits, { fairUse, clock });
    const { queue } = deployment;
    const settled = await answering(deployment, cent, () => clock.now());
    await queue.enqueue(prompt('c', 1), said);
    await settled.until((all) => all.length === 1);
    await expect(queue.enqueue(prompt('d', 1), said)).resolves.toBe('queued');
    await settled.until((all) => all.length === 2);

    const spent = { kind: 'spent', afterMs: untilTomorrowMs(clock.now()) };
    await expect(queue.enqueue(prompt('c', 2), said)).resolves.toEqual(spent);
    await expect(queue.enqueue(prompt('c', 3, 'u2'), said)).resolves.toBe('queued');
    await clock.advance(spent.afterMs);
    await expect(queue.enqueue(prompt('c', 2), said)).resolves.toBe('queued');
  });

  it('holds what is under way: no more is begun than there is left', async () => {
    const fairUse = { budgetUsdPerDay: 0.02 };
    await using deployment = new Deployment(server.url, limits, { fairUse });
    const { queue } = deployment;
    // Before the first answer a tenth of the budget is reserved for each prompt.
    for (let n = 1; n <= 10; n += 1) {
      await expect(queue.enqueue(prompt('c', n), said)).resolves.toBe('queued');
    }
    await expect(queue.enqueue(prompt('c', 11), said)).resolves.toMatchObject({ kind: 'spent' });
    const settled = await answering(deployment, 0);
    await settled.until((all) => all.length === 10);
    expect(await deployment.redis.exists(deployment.keys.reserved('test:u1'))).toBe(0);
    await expect(queue.enqueue(prompt('c', 11), said)).resolves.toBe('queued');
  });

  it('is not touched where there is none, but what was used is counted', async () => {
    await using deployment = new Deployment(server.url);
    const settled = await answering(deployment, cent);
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.enqueue(prompt('c', 2, 'u2'), said);
    await settled.until((all) => all.length === 2);
    const { redis, prefix, keys } = deployment;
    expect(await redis.exists(keys.reserved('test:u1'), keys.rate('test:u1'))).toBe(0);
    const one = { answers: '1', input: '10', cached: '4', output: '20', cost: String(cent) };
    const day = dayOf(Date.now());
    expect(await redis.hgetall(usageKey(prefix, day, 'test:u1'))).toEqual(one);
    expect(await redis.hgetall(usageKey(prefix, day, 'all'))).toMatchObject({ answers: '2' });
  });
});

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
