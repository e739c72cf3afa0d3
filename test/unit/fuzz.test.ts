import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fuzz, target } from '../fuzz/fuzz.ts';
import { pureTargets } from '../fuzz/targets.ts';

/** A moment for each; `npm run test:long` takes ten minutes. */
const ms = 120;
const seed = Date.now() % 2 ** 31;

describe(`whatever comes in (FUZZ_SEED=${seed})`, () => {
  it.each(pureTargets.map((one) => [one.name, one] as const))(
    '%s break no promise',
    async (_, one) => {
      expect(await fuzz(one, { ms, seed })).toBeGreaterThan(0);
    },
  );

  it('would show, with the seed that leads there again', async () => {
    const fails = target({
      name: 'a parser that cannot bear a colon',
      inputs: fc.string(),
      check: (text) => {
        if (text.includes(':')) throw new Error('a colon');
      },
    });
    await expect(fuzz(fails, { ms: 10_000, seed: 7 })).rejects.toThrow(/seed: 7[\s\S]*":"/);
  });
});
