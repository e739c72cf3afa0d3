import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Exchange } from '../../src/conversation/exchange.ts';
import { fitHistory } from '../../src/conversation/fit.ts';
import { estimateTokens } from '../../src/conversation/tokens.ts';

const exchanges = fc
  .array(fc.tuple(fc.string({ maxLength: 400 }), fc.string({ maxLength: 400 })), { maxLength: 60 })
  .map((pairs) => pairs.map(([prompt, answer], atMs) => exchange(prompt, answer, atMs)));

describe('the history that Grok is shown', () => {
  it('is always the newest part, in order, and within the budget', () => {
    fc.assert(
      fc.property(exchanges, fc.nat(4000), (all, budget) => {
        const shown = fitHistory(all, budget);
        expect(shown).toEqual(all.slice(all.length - shown.length));
        expect(tokens(shown)).toBeLessThanOrEqual(budget);
      }),
    );
  });

  it('is everything while everything fits', () => {
    fc.assert(
      fc.property(exchanges, (all) => {
        expect(fitHistory(all, tokens(all))).toEqual(all);
      }),
    );
  });

  it('begins at the same exchange for several prompts, so that the prefix cache holds', () => {
    const all = Array.from({ length: 60 }, (_, index) =>
      exchange('q'.repeat(40), 'a'.repeat(40), index),
    );
    const beginnings = Array.from({ length: 30 }, (_, more) => {
      const [first] = fitHistory(all.slice(0, 30 + more), 600);
      return first?.atMs;
    });
    expect(new Set(beginnings).size).toBeLessThanOrEqual(10);
  });

  it('does so, too, when the oldest entries of the list are trimmed with every prompt', () => {
    const start = Date.UTC(2026, 10, 23);
    const all = Array.from({ length: 160 }, (_, index) =>
      exchange('q'.repeat(40), 'a'.repeat(40), start + index * 61_007),
    );
    const beginnings = Array.from({ length: 100 }, (_, at) => {
      const [first] = fitHistory(all.slice(at, at + 60), 1200);
      return first?.atMs;
    });
    expect(new Set(beginnings).size).toBeLessThanOrEqual(25);
  });

  it('never drops more than half of what would fit', () => {
    fc.assert(
      fc.property(exchanges, fc.nat(4000), (all, budget) => {
        const shown = fitHistory(all, budget);
        const twice = all.slice(Math.max(0, all.length - 2 * shown.length));
        const isMore = twice.length > shown.length;
        expect(isMore && twice.length === 2 * shown.length && tokens(twice) <= budget).toBe(false);
      }),
    );
  });

  it('counts what a language needs', () => {
    expect(estimateTokens('你好，世界')).toBe(5);
    expect(estimateTokens('hello, world')).toBe(3);
    expect(estimateTokens('привет')).toBe(3);
    expect(estimateTokens('😀')).toBe(2);
    expect(estimateTokens('')).toBe(0);
  });
});

function exchange(prompt: string, answer: string, atMs: number): Exchange {
  return { v: 1, prompt, answer, author: 'ann', atMs };
}

function tokens(shown: readonly Exchange[]): number {
  return shown.reduce(
    (sum, { prompt, answer }) => sum + 8 + estimateTokens(prompt) + estimateTokens(answer),
    0,
  );
}
