import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { promptText } from '../../src/grok/prompt-text.ts';
import { redact } from '../../src/grok/redact.ts';
import { expectLinearCost } from '../cpu-cost.ts';

describe('a message as Grok is given it', () => {
  it('is the text alone where there is nothing to say about it', () => {
    expect(promptText({ text: 'Hello\n{"from":"x"}' })).toBe('Hello\n{"from":"x"}');
  });

  it('has its author and its quotation in a line of their own', () => {
    expect(promptText({ text: 'And now?', from: 'Ann', quote: 'It\nworks.' })).toBe(
      '{"from":"Ann","quotes":"It\\nworks."}\nAnd now?',
    );
  });

  it('lets no name and no quotation leave that line', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ unit: 'binary' }), fc.string(), (text, from, quote) => {
        const [line = '', ...rest] = promptText({ text, from, quote }).split('\n');
        expect(JSON.parse(line)).toEqual({ from: expect.any(String), quotes: expect.any(String) });
        expect(rest.join('\n')).toBe(text);
      }),
    );
  });

  it('is not swamped by a long name', () => {
    const text = promptText({ text: 'x', from: '😀'.repeat(1000), quote: 'y'.repeat(10_000) });
    expect(text.length).toBeLessThan(2300);
    expect(text).toContain('😀…');
  });
});

describe('an error text for the log', () => {
  it.each([
    [
      'Incorrect API key provided: xa***==. You can obtain',
      'Incorrect API key provided: […] You can obtain',
    ],
    ['for team f1692451-874f-4765-ab9b-5285f6c6ff65 and', 'for team […] and'],
    [
      'Team: 8640cd2d-39ef-44ab-a0a4-2d4fe01a9959, API key ID: 38905069-210d-42df-94c5-8caec1a5e97f, x',
      'Team: […], API key ID: […], x',
    ],
    ['Your team deadb-a58d-46ca-80a1-beefbeef has', 'Your team […] has'],
    ['token eyJhbGciOi.eyJzdWIi0.abc_DEF is bad', 'token […] is bad'],
    ['key xai-abcdefghijk', 'key […]'],
    ['Bearer short was refused', 'Bearer […] was refused'],
    ['see https://console.x.ai/team/481c7584?x=1.', 'see https://console.x.ai/…'],
    [
      'Failed to deserialize: invalid type: string "my secret diary", expected',
      'Failed to deserialize: invalid type: string "…", expected',
    ],
    ["The model 'grok-build' doesn't exist", 'The model "…" doesn\'t exist'],
    ['ask ann@example.com', 'ask […]'],
    ['Requests per Minute (actual/limit): 2/2.', 'Requests per Minute (actual/limit): 2/2.'],
  ])('%s', (text, expected) => {
    expect(redact(text)).toBe(expected);
  });

  it('is short', () => {
    expect(redact('word '.repeat(1000)).length).toBe(280);
  });

  it.each(['a', '_', 'a@', '@.', 'a1', "'", 'a.'])(
    'is made fit at a cost that grows with its length, even one of nothing but “%s”',
    (piece) => {
      // The cost of some of these grew with the square: seconds, in which a worker did nothing else.
      expectLinearCost(2_000, (count) => redact(piece.repeat(count)));
    },
  );

  it('keeps no key that stands behind a long word', () => {
    expect(redact(`${'a'.repeat(30)}.${'b'.repeat(30)}7`)).toBe('[…]');
    expect(redact(`${'a'.repeat(30)} it is`)).toBe(`${'a'.repeat(30)} it is`);
  });
});
