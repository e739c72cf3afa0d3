import { afterAll, beforeAll, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { Awake } from '../../src/queue/awake.ts';
import { FakeClock } from '../fake-clock.ts';
import { TestRedis } from '../redis-server.ts';
import { account, answer, Deployment, Events, prompt, said } from './queue-harness.ts';

let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** How many turns were ever added for prompts. */
async function turnsAdded({ redis, prefix }: Deployment): Promise<number> {
  return Number(await redis.get(`{${prefix}}:prompts:id`));
}

it('what comes right behind another prompt of its conversation is left to the turn of that one', async () => {
  await using deployment = new Deployment(server.url);
  // A script that Redis does not know yet is followed by two.
  await deployment.queue.enqueue(prompt('b', 1), said);
  const before = await turnsAdded(deployment);
  for (let n = 1; n <= 20; n += 1) await deployment.queue.enqueue(prompt('a', n), said);
  expect((await turnsAdded(deployment)) - before).toBe(1);
  const seen = new Events<string>();
  await deployment.worker(async (turn, signal) => {
    seen.push(turn.prompt.id);
    return answer(turn, signal);
  });
  await seen.until((all) => all.length === 21);
  const ofA = seen.all.filter((id) => id.startsWith('a-'));
  expect(ofA).toEqual(Array.from({ length: 20 }, (_, n) => `a-${n + 1}`));
});

it('what comes right after the turn has ended gets a turn of its own at once, without a sweeper', async () => {
  await using deployment = new Deployment(server.url);
  const settled = new Events<string>();
  await deployment.worker(answer, {
    metrics: {
      settled: ({ id }) => settled.push(id),
      retried: () => undefined,
      deadLettered: () => undefined,
    },
  });
  for (let n = 1; n <= 200; n += 1) {
    await deployment.queue.enqueue(prompt('a', n), said);
    await settled.until((all) => all.length === n);
  }
  expect(settled.all.at(-1)).toBe('a-200');
});

it('a prompt whose turn could not be added gets one when it comes again', async () => {
  await using deployment = new Deployment(server.url);
  const wake = deployment.turns.wakePrompts.bind(deployment.turns);
  deployment.turns.wakePrompts = async () => Promise.reject(new Error('Redis is away'));
  await expect(deployment.queue.enqueue(prompt('a', 1), said)).rejects.toThrow('Redis is away');
  deployment.turns.wakePrompts = wake;
  await expect(deployment.queue.enqueue(prompt('a', 1), said)).resolves.toBe('known');
  expect(await turnsAdded(deployment)).toBe(1);
  expect(await deployment.turns.counts([account])).toContainEqual({
    queue: 'prompts',
    state: 'waiting',
    jobs: 1,
  });
});

it('the hint lasts for half a second after the last turn, and is none of another conversation', async () => {
  const clock = new FakeClock();
  const awake = new Awake(clock);
  await awake.with('a', async () => undefined);
  expect([awake.isLikely('a'), awake.isLikely('b')]).toEqual([true, false]);
  await clock.advance(499);
  expect(awake.isLikely('a')).toBe(true);
  await clock.advance(1);
  expect(awake.isLikely('a')).toBe(false);
});

it('the hint is forgotten rather than kept of very many conversations', async () => {
  const awake = new Awake(systemClock);
  const nothing = async () => undefined;
  for (let n = 0; n <= 10_000; n += 1) await awake.with(`c${n}`, nothing);
  expect([awake.isLikely('c0'), awake.isLikely('c10000')]).toEqual([false, true]);
});
