import { describe, expect, it } from 'vitest';

import type { Answer } from '../../src/grok/attempt.ts';
import { answerText } from '../../src/roles/answer-text.ts';
import { wordsFor } from '../../src/words.ts';

const words = wordsFor('en');
const answer: Answer = {
  text: 'It is so.',
  sources: [],
  usage: { inputTokens: 1_200, cachedTokens: 0, outputTokens: 56, costUsdTicks: 12_345_678 },
  model: 'grok-4.3',
  cut: false,
};

describe('an answer', () => {
  it('is what Grok wrote and no more, unless the settings ask for it', () => {
    expect(answerText(answer, words, { footer: false })).toBe('It is so.');
  });

  it('has model, tokens and cost below it, if they are asked for', () => {
    expect(answerText(answer, words, { footer: true })).toBe(
      'It is so.\n\n*grok-4.3 · 1200 → 56 tokens · $0.0012*',
    );
    const free = { ...answer, usage: { ...answer.usage, costUsdTicks: 0 } };
    expect(answerText(free, words, { footer: true })).toMatch(/56 tokens\*$/);
  });

  it('names its sources once each, by title or host, a few of them', () => {
    const page = (at: number) => ({ url: `https://www.example${at}.org/a_(b)` });
    const sources = [
      { url: 'https://x.ai/news', title: 'News *and* [more]' },
      { url: 'https://x.ai/news', title: 'again' },
      { url: 'https://x.ai/1', title: '1' },
      ...[1, 2, 3, 4, 5].map(page),
    ];
    expect(answerText({ ...answer, sources }, words, { footer: false })).toBe(
      [
        'It is so.',
        '',
        '**Sources:** [News and more](https://x.ai/news) · [x.ai](https://x.ai/1) · ' +
          [1, 2, 3]
            .map((at) => `[example${at}.org](https://www.example${at}.org/a_%28b%29)`)
            .join(' · ') +
          ' · +2',
      ].join('\n'),
    );
  });

  it('has all of that outside of a code block that it leaves open', () => {
    const open = { ...answer, text: '```ts\nlet a', cut: true };
    expect(answerText(open, words, { footer: true })).toMatch(/let a\n```\n\n✂ .*\n\n\*grok/s);
  });
});
