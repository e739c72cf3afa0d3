import { describe, expect, it } from 'vitest';

import type { Daemon } from '../daemon.ts';
import { Stage, unlimited } from '../stage.ts';
import { Load, slowAnswers } from './mid-load.ts';

const world = { ...unlimited, xai: slowAnswers };
const size = { people: 16, questions: 5 } as const;

describe('kill -9 of everything in mid load, twice', () => {
  it('loses nothing, shows nothing twice, and keeps the order: one bridge, two workers', async () => {
    await using stage = await Stage.signedIn({ world });
    const start = async (): Promise<Daemon[]> =>
      Promise.all([stage.up('worker'), stage.up('worker'), stage.up('bridge')]);
    let daemons = await start();
    const load = await Load.begin(stage, size);
    for (const answered of [11, 42]) {
      await load.until(answered);
      await Promise.all(daemons.map(async (daemon) => daemon.kill()));
      expect(load.answered()).toBeLessThan(load.prompts);
      daemons = await start();
    }
    await load.until(load.prompts);
    await settled(daemons);
    expect(load.verify().strays).toBeLessThanOrEqual(size.people / 2);
    expect(stage.world.xai.refreshCalls).toBe(0);
  }, 120_000);
});

/** Ends them in order, so that nothing is on its way any more. */
async function settled(daemons: readonly Daemon[]): Promise<void> {
  expect(await Promise.all(daemons.map(async (daemon) => daemon.stop()))).toEqual(
    daemons.map(() => 0),
  );
}
