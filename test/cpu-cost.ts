import { expect } from 'vitest';

/**
 * Expects that work on `size` costs no more than linear work would, beside the same work on an
 * eighth of it: quadratic work would cost 64 times as much.
 */
export function expectLinearCost(size: number, work: (size: number) => void): void {
  expectCost(
    () => work(size),
    () => work(size / 8),
  );
}

/**
 * Expects that `work` costs at most 24 times as much as the work beside it, counted in CPU time of
 * this process, so that neither a slow machine nor a busy one matters.
 */
export function expectCost(work: () => void, beside: () => void): void {
  const least = Math.min(...[1, 2, 3].map(() => cpuMicros(beside)));
  // Below 20 ms the clock is too coarse to tell.
  expect(cpuMicros(work)).toBeLessThan(24 * Math.max(least, 20_000));
}

/** The CPU time that work takes this process, in microseconds. */
export function cpuMicros(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
