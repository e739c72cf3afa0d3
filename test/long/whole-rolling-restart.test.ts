import { setTimeout as delay } from 'node:timers/promises';

import { expect, it } from 'vitest';

import type { Daemon } from '../daemon.ts';
import { Crowd } from '../faults/crowd.ts';
import { slowAnswers } from '../faults/mid-load.ts';
import { Stage, unlimited } from '../stage.ts';

it('bridges and workers that are replaced one after the other under load lose and repeat nothing', async () => {
  await using stage = await Stage.signedIn({ world: { ...unlimited, xai: slowAnswers } });
  const roles = ['worker', 'worker', 'worker', 'bridge', 'bridge'] as const;
  const fleet: Daemon[] = [];
  for (const role of roles) fleet.push(await stage.up(role));
  const crowd = new Crowd(stage.world, 30);
  for (let at = 0; at < crowd.size; at += 1) crowd.ask(at);
  await answered(crowd);

  const over = new AbortController();
  const asking = (async () => {
    for (let at = 0; !over.signal.aborted; at += 1) {
      crowd.ask(at);
      await delay(100);
    }
  })();
  const lasted: number[] = [];
  for (const [at, role] of roles.entries()) {
    const leaving = fleet[at];
    fleet[at] = stage.run([role]);
    await fleet[at].logged('started', { timeoutMs: 60_000 });
    const askedAtMs = performance.now();
    expect(await leaving?.stop()).toBe(0);
    lasted.push(performance.now() - askedAtMs);
  }
  over.abort();
  await asking;
  await answered(crowd);
  expect(await Promise.all(fleet.map(async (daemon) => daemon.stop()))).toEqual(roles.map(() => 0));
  expect(crowd.asked).toBeGreaterThan(2 * crowd.size);
  expect(crowd.verify()).toEqual({ answers: crowd.asked, refused: 0, strays: 0, repeats: 0 });

  // Answers may end for 20 s, then they are handed over, and replies have as long again.
  expect(Math.max(...lasted)).toBeLessThan(45_000);
  for (const account of ['discord', 'telegram']) {
    const times = (message: string) =>
      stage.daemons.flatMap(({ lines }) =>
        lines
          .filter(({ msg, account: of }) => msg === message && String(of).startsWith(account))
          .map(({ time }) => Date.parse(String(time))),
      );
    const taken = times('account taken').toSorted((a, b) => a - b);
    const [left = 0] = times('account given up').toSorted((a, b) => a - b);
    // Who stands by asks for the lease every 1.5 s.
    const next = taken.find((atMs) => atMs >= left - 5) ?? Infinity;
    expect(next - left).toBeLessThan(5_000);
  }
});

async function answered(crowd: Crowd): Promise<void> {
  await expect.poll(() => crowd.unanswered(), { timeout: 180_000, interval: 250 }).toEqual([]);
}
