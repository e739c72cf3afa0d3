import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Waking } from '../../src/queue/waking.ts';
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

/** What is added for a conversation, and when: `beside` the script, or `behind` it. */
function waking() {
  const clock = new FakeClock();
  const added: string[] = [];
  let isAway = false;
  let where = 'beside';
  const made = new Waking(async (conversation) => {
    if (isAway) throw new Error('Redis is away');
    added.push(`${conversation} ${where}`);
  }, clock);
  /** Puts one in; so many wait there then, or it is refused. */
  const put = async (
    conversation: string,
    becomes: number | 'unwelcome' | 'other',
    { isSure = true } = {},
  ) => {
    added.length = 0;
    const wake = made.of(conversation, isSure);
    where = 'beside';
    await wake.beside();
    where = 'behind';
    if (typeof becomes === 'number') await wake.stored(becomes);
    else wake.refused(becomes);
    return [...added];
  };
  return {
    clock,
    put,
    setAway: (away: boolean) => {
      isAway = away;
    },
  };
}

describe('a turn is added', () => {
  it('beside the script for the first, not at all for what comes right behind and finds it', async () => {
    const { clock, put } = waking();
    expect(await put('a', 1)).toEqual(['a beside']);
    await clock.advance(499);
    expect(await put('a', 2)).toEqual([]);
    expect(await put('b', 1)).toEqual(['b beside']);
    await clock.advance(1);
    expect(await put('a', 3)).toEqual(['a beside']);
  });

  it('behind the script where that one is answered by then', async () => {
    const { clock, put } = waking();
    await put('a', 1);
    expect(await put('a', 1)).toEqual(['a behind']);
    await clock.advance(499);
    expect(await put('a', 1)).toEqual(['a behind']);
    await clock.advance(500);
    expect(await put('a', 1)).toEqual(['a beside']);
  });

  it('beside the script after one that could not be added', async () => {
    const { put, setAway } = waking();
    setAway(true);
    await expect(put('a', 1)).rejects.toThrow('Redis is away');
    setAway(false);
    expect(await put('a', 2)).toEqual(['a beside']);
  });

  it('only once it is known that they are taken, for people who were turned away within a minute', async () => {
    const { clock, put } = waking();
    const unsure = { isSure: false };
    expect(await put('a', 'unwelcome', unsure)).toEqual(['a beside']);
    expect(await put('a', 'unwelcome', unsure)).toEqual([]);
    await clock.advance(59_999);
    expect(await put('a', 1, unsure)).toEqual(['a behind']);
    await clock.advance(500);
    expect(await put('a', 1, unsure)).toEqual(['a beside']);
  });

  it('beside the script right after somebody was turned away, if it is sure that they are taken', async () => {
    const { put } = waking();
    await put('a', 'unwelcome', { isSure: false });
    expect(await put('a', 1)).toEqual(['a beside']);
  });

  it('beside the script after one that was refused for another reason, which has stored nothing', async () => {
    const { put } = waking();
    await put('a', 'other');
    expect(await put('a', 1, { isSure: false })).toEqual(['a beside']);
  });

  it('as ever once very many conversations have been heard', async () => {
    const { put } = waking();
    await put('a', 1);
    for (let n = 0; n < 10_000; n += 1) await put(`c${n}`, 1);
    expect(await put('a', 2)).toEqual(['a beside']);
    expect(await put('c9999', 2)).toEqual([]);
  });
});
