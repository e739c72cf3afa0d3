import { expect, it } from 'vitest';

import { Load, slowAnswers } from '../faults/mid-load.ts';
import { Stage, unlimited } from '../stage.ts';

const world = { ...unlimited, xai: slowAnswers };
const size = { people: 16, questions: 5 } as const;

it('kill -9 of everything in mid load, twice, is survived by the embedded Redis, which the next process adopts', async () => {
  await using stage = await Stage.start({ world, redis: 'embedded' });
  await stage.signIn();
  let daemon = await stage.up();
  const load = await Load.begin(stage, size);
  for (const answered of [7, 38]) {
    await load.until(answered);
    await daemon.kill();
    expect(load.answered()).toBeLessThan(load.prompts);
    daemon = await stage.up();
    const ready = await daemon.logged('embedded redis ready');
    expect(ready['how']).toBe('adopted');
  }
  await load.until(load.prompts);
  expect(await daemon.stop()).toBe(0);
  expect(load.verify().strays).toBeLessThanOrEqual(size.people / 2);
  // The last to leave turns the light off.
  expect(daemon.output).toContain('embedded redis stopped');
}, 120_000);
