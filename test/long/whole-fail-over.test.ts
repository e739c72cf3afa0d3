import { setTimeout as delay } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { Crowd } from '../faults/crowd.ts';
import { slowAnswers } from '../faults/mid-load.ts';
import { TestRedis } from '../redis-server.ts';
import { TestSentinels } from '../sentinels.ts';
import { Stage, unlimited } from '../stage.ts';

const world = { ...unlimited, xai: slowAnswers } as const;

it('a primary that is killed in mid load: answers come again within 5 s, each once and in order', async () => {
  await using sentinels = await TestSentinels.start();
  await using stage = await Stage.signedIn({ world, environment: { REDIS_URL: sentinels.url } });
  await goesOn(stage, async () => {
    await (await sentinels.primary()).kill();
  });
});

it('a Redis that is killed in mid load, and started again: the same', async () => {
  await using redis = await TestRedis.start();
  await using stage = await Stage.signedIn({ world, environment: { REDIS_URL: redis.url } });
  await goesOn(stage, async () => redis.restart());
});

/** People ask all the time, before, while and after `strike` happens. */
async function goesOn(stage: Stage, strike: () => Promise<void>): Promise<void> {
  const daemons = [await stage.up('worker'), await stage.up('worker'), await stage.up('bridge')];
  const bridge = daemons[2];
  const crowd = new Crowd(stage.world, 20);
  for (let at = 0; at < crowd.size; at += 1) crowd.ask(at);
  await answered(crowd);

  const over = new AbortController();
  const asking = (async () => {
    for (let at = 0; !over.signal.aborted; at += 1) {
      crowd.ask(at);
      await delay(100);
    }
  })();
  await delay(2_000);
  const delivered = () => bridge?.lines.filter(({ msg }) => msg === 'reply delivered').length ?? 0;
  const strikes = strike();
  const struckAtMs = performance.now();
  await delay(200);
  // What had been settled before is delivered still; then nothing more can be, until Redis is back.
  const before = delivered();
  await expect.poll(delivered, { timeout: 30_000, interval: 20 }).toBeGreaterThan(before + 3);
  const resumedMs = performance.now() - struckAtMs;
  await strikes;
  await delay(2_000);
  over.abort();
  await asking;
  await answered(crowd);
  expect(await Promise.all(daemons.map(async (daemon) => daemon.stop()))).toEqual([0, 0, 0]);
  expect(crowd.verify()).toEqual({ answers: crowd.asked, refused: 0, strays: 0, repeats: 0 });
  expect(stage.world.xai.refreshCalls).toBe(0);
  console.log(`answers came again after ${Math.round(resumedMs)} ms`);
  expect(resumedMs).toBeLessThan(5_000);
}

async function answered(crowd: Crowd): Promise<void> {
  await expect.poll(() => crowd.unanswered(), { timeout: 120_000, interval: 250 }).toEqual([]);
}
