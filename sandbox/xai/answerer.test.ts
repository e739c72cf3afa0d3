import fc from 'fast-check';
import { expect, test } from 'vitest';

import { type AnswerRequest, echo } from './answerer.ts';
import { citationsIn } from './citations.ts';
import { piecesOf } from './pieces.ts';

function request(text: string): AnswerRequest {
  const turns = [{ role: 'user' as const, text }];
  const signal = new AbortController().signal;
  return { model: 'grok-4.3', turns, text, conversation: 'c1', asker: 'owner', signal };
}

test('a long answer is over 6,000 characters, with headings, lists, a table and a long fence', () => {
  const text = echo(request('Tell me a long story'));
  expect(text.length).toBeGreaterThan(6000);
  expect(text).toMatch(/^## /m);
  expect(text).toMatch(/^ {3}- with a nested list$/m);
  expect(text).toMatch(/^\| --- \|/m);
  const fence = /```typescript\n(.*?)\n```/s.exec(text)?.[1] ?? '';
  expect(fence.length).toBeGreaterThan(4096);
});

test('citations are found where they stand', () => {
  const text = echo(request('sources?'));
  const [first] = citationsIn(text);
  expect(text.slice(first?.start_index, first?.end_index)).toBe(
    '[[1]](https://docs.x.ai/docs/models)',
  );
});

test('the pieces of any answer make up that answer', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'grapheme' }), async (text) => {
      let whole = '';
      for await (const piece of piecesOf(text)) whole += piece;
      expect(whole).toBe(text);
    }),
  );
});
