import fc from 'fast-check';

/** One thing that parses foreign bytes. */
export interface Target<T = unknown> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<T>;
  /** Throws when a promise is broken. What it opens is shared by all runs and closed by `close`. */
  readonly check: (input: T) => void | Promise<void>;
  readonly close?: () => Promise<void>;
}

/** For a list of targets of different inputs. */
export function target<T>(of: Target<T>): Target {
  // Only `inputs` makes what `check` is given.
  return of as Target;
}

/**
 * Gives a target as many inputs as fit into `ms`, and says how many. What breaks a promise is shrunk
 * and thrown, with the seed that leads there again.
 */
export async function fuzz(
  of: Target,
  { ms, seed }: { ms: number; seed: number },
): Promise<number> {
  let inputs = 0;
  const property = fc.asyncProperty(of.inputs, async (input) => {
    inputs += 1;
    await of.check(input);
    if (Object.keys(Object.prototype).length > 0) throw new Error('the prototype was changed');
  });
  try {
    await fc.assert(property, {
      seed,
      numRuns: 1_000_000_000,
      interruptAfterTimeLimit: ms,
      maxSkipsPerRun: 1,
    });
  } finally {
    await of.close?.();
  }
  return inputs;
}
