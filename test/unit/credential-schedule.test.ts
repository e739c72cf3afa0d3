import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { backoffMs, processJitterMs, scheduleOf } from '../../src/credentials/schedule.ts';
import { defaultTimings, timings } from '../../src/credentials/timings.ts';

const token = fc.record({
  name: fc.string(),
  epoch: fc.nat(),
  issuedAtMs: fc.integer({ min: 0, max: 4e12 }),
  lifeMs: fc.integer({ min: 0, max: 30 * 24 * 3_600_000 }),
});

describe('the schedule', () => {
  test('is due before it is mandatory, and both before the end', () => {
    fc.assert(
      fc.property(token, (t) => {
        const { dueAtMs, mandatoryAtMs } = scheduleOf(t, defaultTimings);
        const end = t.issuedAtMs + t.lifeMs;
        expect(dueAtMs).toBeGreaterThanOrEqual(t.issuedAtMs);
        expect(dueAtMs).toBeLessThanOrEqual(mandatoryAtMs + 0.06 * t.lifeMs + 1);
        expect(mandatoryAtMs).toBeLessThanOrEqual(end);
        // A fifth of the life is left when the scheduled refresh begins.
        expect(end - dueAtMs).toBeGreaterThanOrEqual(0.2 * t.lifeMs - 1);
      }),
    );
  });

  test('gives a token of six hours more than an hour for trouble', () => {
    const six = { name: 'default', epoch: 1, issuedAtMs: 0, lifeMs: 21_600_000 };
    const { dueAtMs, mandatoryAtMs } = scheduleOf(six, defaultTimings);
    expect(21_600_000 - dueAtMs).toBeGreaterThanOrEqual(72 * 60_000);
    expect(21_600_000 - mandatoryAtMs).toBe(18 * 60_000);
  });

  test('is the same in every process and different from one sign-in to the next', () => {
    const at = (name: string) =>
      scheduleOf({ name, epoch: 1, issuedAtMs: 0, lifeMs: 21_600_000 }, defaultTimings).dueAtMs;
    expect(at('a')).toBe(at('a'));
    expect(at('a')).not.toBe(at('b'));
  });

  test('lets a process be late by a minute at most, and by little for short lives', () => {
    fc.assert(
      fc.property(fc.nat(1e9), fc.double({ min: 0, max: 1, noNaN: true }), (life, share) => {
        const late = processJitterMs(life, share);
        expect(late).toBeGreaterThanOrEqual(0);
        expect(late).toBeLessThanOrEqual(Math.min(60_000, 0.02 * life) + 1);
      }),
    );
  });
});

test('the wait after failures never shrinks, starts short and stays bounded', () => {
  for (const urgent of [true, false]) {
    const waits = Array.from({ length: 20 }, (_, i) => backoffMs(i + 1, urgent, 0));
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[0]).toBe(urgent ? 5_000 : 30_000);
    expect(waits.at(-1)).toBe(urgent ? 60_000 : 900_000);
  }
});

test('timings that contradict each other are refused with the rule they break', () => {
  expect(timings()).toEqual(defaultTimings);
  expect(() => timings({ leaseMs: 1_000 })).toThrow('3 * renewMs <= leaseMs');
  expect(() => timings({ exchangeMs: 100_000 })).toThrow('exchangeMs < maxHoldMs');
  expect(() => timings({ strangerResendMs: 1_000 })).toThrow('maxHoldMs <= strangerResendMs');
});
