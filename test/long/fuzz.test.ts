import { describe, expect, it } from 'vitest';

import { fuzz } from '../fuzz/fuzz.ts';
import { allTargets } from '../fuzz/targets.ts';

/** For all targets together: ten minutes, or `FUZZ_SECONDS`. */
const seconds = Number(process.env['FUZZ_SECONDS'] ?? 600);
/** `FUZZ_SEED` finds again what a run has found. */
const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
const ms = (seconds * 1_000) / allTargets.length;

describe(`whatever comes in (FUZZ_SEED=${seed})`, () => {
  it.each(allTargets.map((target) => [target.name, target] as const))(
    '%s break no promise',
    async (name, target) => {
      const inputs = await fuzz(target, { ms, seed });
      console.log(`${name}: ${inputs} inputs, FUZZ_SEED=${seed}`);
      expect(inputs).toBeGreaterThan(0);
    },
  );
});
