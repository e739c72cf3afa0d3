import { afterAll, beforeAll, expect, it } from 'vitest';

import { TestSentinels } from '../sentinels.ts';
import { account, answer, Deployment, prompt, said } from './queue-harness.ts';

let sentinels: TestSentinels;

beforeAll(async () => {
  sentinels = await TestSentinels.start();
});

afterAll(async () => {
  await sentinels[Symbol.asyncDispose]();
});

it('a primary killed in mid load: a replica serves within 5 s, and what it had is answered once and in order', async () => {
  await using deployment = new Deployment(sentinels.url, { perConversation: 1_000, total: 10_000 });
  for (let n = 0; n < 2; n += 1) await deployment.worker(answer);
  deployment.sweeper();
  const conversations = Array.from({ length: 10 }, (_, index) => `c${index}`);
  const send = async (round: number) => {
    const prompts = conversations.map((c) => prompt(c, round));
    await Promise.all(prompts.map(async (one) => deployment.queue.enqueue(one, said)));
  };
  /** The last round that a replica is known to have. */
  let kept = 0;
  for (let round = 1; round <= 20; round += 1) {
    await send(round);
    if (Number(await deployment.redis.call('WAIT', '2', '1000')) === 2) kept = round;
  }
  expect(kept).toBeGreaterThan(10);

  const first = await sentinels.primary();
  const dying = first.kill();
  const killedAtMs = performance.now();
  await send(21);
  const resumedMs = performance.now() - killedAtMs;
  await dying;
  expect(await sentinels.primaryPort()).not.toBe(first.port);
  for (let round = 22; round <= 30; round += 1) await send(round);
  await expect
    .poll(async () => (await deployment.queue.depth()).waiting, { timeout: 20_000 })
    .toBe(0);

  for (const c of conversations) {
    const numbers = (await deployment.replies(`${account}.${c}`)).map(({ id }) => numberOf(id));
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
    const all = Array.from({ length: 30 }, (_, index) => index + 1);
    const sure = all.filter((n) => n <= kept || n > 20);
    expect(numbers).toEqual(expect.arrayContaining(sure));
  }
  // Half a second until the sentinels miss it, then their vote and the promotion.
  expect(resumedMs).toBeLessThan(5_000);
});

function numberOf(id: string): number {
  return Number(id.slice(id.indexOf('-') + 1));
}
