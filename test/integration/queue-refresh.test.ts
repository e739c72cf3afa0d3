import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { RefreshSchedule } from '../../src/queue/refresh-schedule.ts';
import { TestRedis } from '../redis-server.ts';
import { Deployment, Events, quiet } from './queue-harness.ts';

let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

describe('the scheduled refresh', () => {
  it('runs once in each interval however many processes there are, and survives a failure', async () => {
    await using deployment = new Deployment(server.url);
    const runs = new Events<number>();
    const start = async () =>
      RefreshSchedule.start({
        redis: deployment.connect(),
        prefix: deployment.prefix,
        clock: systemClock,
        log: quiet,
        everyMs: 200,
        refreshDue: async () => {
          runs.push(performance.now());
          if (runs.all.length === 2) throw new Error('a refresh that failed');
        },
      });
    const schedules = await Promise.all([start(), start(), start()]);
    await runs.until((all) => all.length === 6);
    for (const schedule of schedules) await schedule[Symbol.asyncDispose]();
    const [first = 0] = runs.all;
    // Slots lie on a grid; the first run may come late in its slot.
    expect((runs.all[5] ?? 0) - first).toBeGreaterThan(4 * 200 - 100);
  });

  it('is told to stop when the process ends', async () => {
    await using deployment = new Deployment(server.url);
    const events = new Events<string>();
    const schedule = await RefreshSchedule.start({
      redis: deployment.connect(),
      prefix: deployment.prefix,
      clock: systemClock,
      log: quiet,
      everyMs: 60_000,
      refreshDue: async (signal) => {
        events.push('begun');
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        events.push('stopped');
      },
    });
    await events.until((all) => all.includes('begun'));
    await schedule[Symbol.asyncDispose]();
    expect(events.all).toEqual(['begun', 'stopped']);
  });

  it('ends within seconds although Redis goes away meanwhile, and stays away', async () => {
    await using own = await TestRedis.start();
    await using deployment = new Deployment(own.url);
    const schedule = await RefreshSchedule.start({
      redis: deployment.connect(),
      prefix: deployment.prefix,
      clock: systemClock,
      log: quiet,
      everyMs: 60_000,
      refreshDue: async () => undefined,
    });
    await own.kill();
    await expect(schedule[Symbol.asyncDispose]()).resolves.toBeUndefined();
    await own.restart();
  }, 10_000);
});
