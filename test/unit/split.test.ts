import fc from 'fast-check';
import { lexer } from 'marked';
import { describe, expect, it } from 'vitest';

import { splitText } from '../../src/chat/split.ts';
import { expectCost } from '../cpu-cost.ts';

const escaped = (markdown: string) => markdown.replaceAll(/[<>&]/g, '&lt;').length;

describe('splitText', () => {
  it('leaves a text alone that fits', () => {
    const text = '# Title\n\nOne.\n\n- a\n- b\n\n```ts\nconst a = 1;\n```';
    expect(splitText(text, 2_000)).toEqual([text]);
  });

  it('makes no message of blank text', () => {
    expect(splitText(' \n\t\n', 100)).toEqual([]);
  });

  it('cuts between paragraphs when it can', () => {
    const [one, two, three] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)];
    expect(splitText(`${one}\n\n${two}\n\n${three}`, 100)).toEqual([`${one}\n\n${two}`, three]);
  });

  it('cuts a long paragraph after a sentence, else after a word', () => {
    expect(splitText('First sentence here. Second one is here too.', 30)).toEqual([
      'First sentence here.',
      'Second one is here too.',
    ]);
    expect(splitText('no sentence ends in all of this text', 20)).toEqual([
      'no sentence ends in',
      'all of this text',
    ]);
    expect(splitText('这是第一句话。这是第二句话。', 10)).toEqual([
      '这是第一句话。',
      '这是第二句话。',
    ]);
  });

  it('closes a code block that it cuts and opens it again with its language', () => {
    const code = Array.from({ length: 14 }, (_, i) => `const line${i} = ${i};`);
    const chunks = splitText(`Here:\n\n\`\`\`ts\n${code.join('\n')}\n\`\`\`\n\nDone.`, 120);
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks[0]).toMatch(/^Here:\n\n```ts\nconst line0/);
    for (const chunk of chunks.slice(1)) expect(chunk).toMatch(/^```ts\n/);
    for (const chunk of chunks.slice(0, -1)) expect(chunk).toMatch(/\n```$/);
    expect(chunks.at(-1)).toMatch(/\n```\n\nDone\.$/);
  });

  it('keeps a code block whole in the next message rather than cutting it', () => {
    const code = `\`\`\`\n${'x'.repeat(50)}\n\`\`\``;
    expect(splitText(`${'a'.repeat(60)}\n\n${code}`, 100)).toEqual(['a'.repeat(60), code]);
  });

  it('reopens code blocks in lists without their indent, and in quotes with their marks', () => {
    const lines = Array.from({ length: 10 }, (_, i) => `line ${i}`);
    const inList = splitText(
      `- item\n\n  \`\`\`sh\n${lines.map((l) => `  ${l}`).join('\n')}\n  \`\`\``,
      60,
    );
    for (const chunk of inList.slice(1)) expect(chunk).toMatch(/^```sh\n(?: {2}line \d\n)+```$/);
    const inQuote = splitText(`> \`\`\`sh\n${lines.map((l) => `> ${l}`).join('\n')}\n> \`\`\``, 60);
    for (const chunk of inQuote) expect(chunk).toMatch(/^> ```sh\n(?:> line \d\n)+> ```$/);
  });

  it('closes a code block that the text leaves open', () => {
    expect(splitText('```js\nlet a', 100)).toEqual(['```js\nlet a\n```']);
  });

  it('takes a code block behind HTML that nothing closes for one', () => {
    const code = '```\n&);))<(&\n =;( \n    a>\n    >)>\n   =a((&a>\n    &}\n```';
    expect(splitText(`<? 。\n\n${code}`, 60)).toEqual(['<? 。', code]);
  });

  it('takes fences inside a longer fence as code', () => {
    const text = `\`\`\`\`md\n${'```js\nx\n```\n'.repeat(10)}\`\`\`\``;
    const chunks = splitText(text, 50);
    for (const chunk of chunks) {
      expect(chunk.startsWith('````md\n')).toBe(true);
      expect(chunk.endsWith('\n````')).toBe(true);
    }
  });

  it('cuts no character apart', () => {
    const family = '👨‍👩‍👧‍👦';
    for (const chunk of splitText(family.repeat(20), 40)) {
      expect(chunk.isWellFormed()).toBe(true);
      expect(chunk.replaceAll(family, '')).toBe('');
    }
  });

  it('takes a text that is too deep for the lexer', () => {
    const chunks = splitText('> '.repeat(20_000), 2_000);
    expect(chunks.join('').replaceAll(' ', '')).toBe('>'.repeat(20_000));
  });

  it.each(['- ', '1. ', '> ', '> - '])(
    'is not held up by 20 KB of nothing but “%s”, which a parser takes for lists in lists',
    (marker) => {
      const cut = (piece: string) => splitText(piece.repeat(20_000 / piece.length), 2_000);
      expectCost(
        () => cut(marker),
        () => cut('word '),
      );
    },
  );

  it('keeps code blocks whole beside lists that are too deep to be read', () => {
    const code = '```ts\nconst a = 1;\n\nconst b = 2;\n```';
    const deep = `${'- '.repeat(60)}x`;
    expect(splitText(`${deep}\n\n${code}`, deep.length + 10)).toEqual([deep, code]);
    const far = `${' '.repeat(120)}- x`;
    expect(splitText(`- x\n${far}\n\n${code}`, far.length + 10)).toEqual([`- x\n${far}`, code]);
  });

  it('measures a long text few times', () => {
    let [measured, characters] = [0, 0];
    const text = Array.from({ length: 2_000 }, (_, i) => `Paragraph ${i} of a long answer.`).join(
      '\n\n',
    );
    const chunks = splitText(text, 4_000, (markdown) => {
      measured += 1;
      characters += markdown.length;
      return markdown.length;
    });
    expect(measured).toBeLessThan(25 * chunks.length);
    expect(characters).toBeLessThan(15 * text.length);
  });

  it.each([
    ['by UTF-16 units', (markdown: string) => markdown.length],
    ['by escaped length', escaped],
  ])('keeps every message within its limit and loses nothing, %s', (_, measure) => {
    fc.assert(
      fc.property(document, fc.integer({ min: 60, max: 400 }), (text, limit) => {
        const chunks = splitText(text, limit, measure);
        for (const chunk of chunks) {
          expect(measure(chunk)).toBeLessThanOrEqual(limit);
          expect(chunk.isWellFormed()).toBe(true);
          expect(openFences(chunk)).toBe(0);
        }
        expect(chunks.map(bare).join('')).toBe(bare(text));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps any text at all within its limit and loses none of its characters', () => {
    const wild = fc.array(
      fc.oneof(
        fc.constantFrom('```', '~~~', '\n', '\n\n', '    ', '- ', '> ', '1. ', '\t', '|', '\r\n'),
        fc.string({ unit: 'grapheme', maxLength: 40 }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(wild, fc.integer({ min: 20, max: 100 }), (parts, limit) => {
        const text = parts.join('');
        const chunks = splitText(text, limit);
        for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(limit);
        // A language that is named again when its code goes on comes on top.
        expect(isWithin(letters(text), letters(chunks.join('\n')))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

const words = fc
  .array(fc.oneof(fc.stringMatching(/^[a-zA-Z<&éß中文。]{1,12}[.!?]?$/), fc.constant('👍🏽')), {
    minLength: 1,
    maxLength: 40,
  })
  .map((list) => list.join(' '));
const codeLines = fc.array(fc.stringMatching(/^ {0,4}[a-z(){};=<>& ]{0,60}$/), { maxLength: 20 });
const fenced = fc
  .tuple(fc.constantFrom('```', '````', '~~~'), fc.constantFrom('', 'ts', 'python'), codeLines)
  .map(([mark, info, lines]) => [`${mark}${info}`, ...lines, mark].join('\n'));
const list = fc
  .array(fc.oneof(words, fenced), { minLength: 1, maxLength: 6 })
  .map((entries) => entries.map((entry) => `- ${entry.replaceAll('\n', '\n  ')}`).join('\n'));
const quote = fc.oneof(words, fenced).map((inner) =>
  inner
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n'),
);
const document = fc
  .array(fc.oneof(words, fenced, list, quote), { maxLength: 8 })
  .map((parts) => parts.join('\n\n'));

/** What a text says, without white space, fences and the marks before them. */
function bare(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^[\s>]*(?:- )?[\s>]*(?:`{3,}|~{3,})/.test(line))
    .join('')
    .replaceAll(/[\s>-]/g, '');
}

/** Whether the characters of `part` are all in `whole`, in their order. */
function isWithin(part: string, whole: string): boolean {
  let at = 0;
  for (const unit of whole) if (part.startsWith(unit, at)) at += unit.length;
  return at === part.length;
}

function letters(text: string): string {
  return text.replaceAll(/[\s`~>]/g, '');
}

/** How many fenced code blocks a message leaves open. */
function openFences(chunk: string): number {
  let open = 0;
  for (const token of lexer(chunk)) {
    if (token.type !== 'code') continue;
    const [mark] = /^(?:`{3,}|~{3,})/.exec(token.raw) ?? [];
    if (mark !== undefined && !token.raw.trimEnd().endsWith(`\n${mark}`)) open += 1;
  }
  return open;
}
