import { expect, test } from 'vitest';

import { settle } from './formatted-text.ts';
import { HtmlError, parseHtml } from './html.ts';

const read = (html: string) => settle(parseHtml(html));

test.each([
  ['a &lt;b&gt; &amp; &quot;c&quot;', 'a <b> & "c"'],
  ['&#65;&#x42;&#x1F600;', 'AB😀'],
  ['R&D, &nbsp; and &copy; stay', 'R&D, &nbsp; and &copy; stay'],
  ['\n  white space goes at both ends \n', 'white space goes at both ends'],
])('the text of %j is %j', (html, text) => {
  expect(read(html)).toEqual({ text, entities: [] });
});

test('nested formatting becomes entities counted in UTF-16 units', () => {
  expect(read('😀 <b>bold <i>both</i></b> <s>gone</s>')).toEqual({
    text: '😀 bold both gone',
    entities: [
      { type: 'bold', offset: 3, length: 9 },
      { type: 'italic', offset: 8, length: 4 },
      { type: 'strikethrough', offset: 13, length: 4 },
    ],
  });
});

test('a code block keeps its language, inline code has none', () => {
  expect(read('<pre><code class="language-ts">a &lt; b</code></pre>')).toEqual({
    text: 'a < b',
    entities: [{ type: 'pre', offset: 0, length: 5, language: 'ts' }],
  });
  expect(read('<code class="language-ts">x</code>').entities).toEqual([
    { type: 'code', offset: 0, length: 1 },
  ]);
});

test('a link with no address that Telegram can open is plain text', () => {
  expect(read('<a href="https://x.ai/a?b=1&amp;c=2">x</a>').entities).toEqual([
    { type: 'text_link', offset: 0, length: 1, url: 'https://x.ai/a?b=1&c=2' },
  ]);
  expect(read('<a href="javascript:alert(1)">x</a>')).toEqual({ text: 'x', entities: [] });
  expect(read('<a href="#part">x</a>').entities).toEqual([]);
});

test('code takes no other formatting, and quotations do not nest', () => {
  expect(read('<code>a<b>b</b></code>').entities).toEqual([{ type: 'code', offset: 0, length: 2 }]);
  const quotes = '<blockquote>a<blockquote expandable>b</blockquote></blockquote>';
  expect(read(quotes).entities).toEqual([{ type: 'blockquote', offset: 0, length: 2 }]);
});

test.each([
  ['<b>open', 'Can\'t find end tag corresponding to start tag "b"'],
  ['close</b>', 'Unexpected end tag at byte offset 5'],
  ['é<b><i>x</b></i>', 'Unmatched end tag at byte offset 9, expected "</i>", found "</b>"'],
  ['<h1>x</h1>', 'Unsupported start tag "h1" at byte offset 0'],
  ['a < b', 'Unsupported start tag "" at byte offset 2'],
  ['a <b', 'Unclosed start tag at byte offset 2'],
  ['<b>x</b', 'Unclosed end tag at byte offset 4'],
  [
    '<a href>x</a>',
    'Expected equal sign in declaration of an attribute of the tag "a" at byte offset 0',
  ],
  ['<a href="x', 'Unclosed start tag at byte offset 0'],
  ['<a href=x:y>x</a>', 'Unexpected end of name token at byte offset 8'],
  ['<span>x</span>', 'Tag "span" must have class "tg-spoiler" at byte offset 0'],
  [
    '&#xD800;',
    'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
  ],
])('%j is refused: %s', (html, words) => {
  expect(() => parseHtml(html)).toThrow(new HtmlError(words));
});
