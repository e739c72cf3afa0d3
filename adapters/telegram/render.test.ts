import fc from 'fast-check';
import { expect, test } from 'vitest';

import { settle } from '../../sandbox/telegram/formatted-text.ts';
import { parseHtml } from '../../sandbox/telegram/html.ts';
import { measure, render } from './render.ts';

test.each([
  ['**b** *i* ~~s~~ `c`', '<b>b</b> <i>i</i> <s>s</s> <code>c</code>'],
  ['***both***', '<i><b>both</b></i>'],
  ['it is ||the *butler*||!', 'it is <tg-spoiler>the <i>butler</i></tg-spoiler>!'],
  ['a || b || c and `||x||`', 'a || b || c and <code>||x||</code>'],
  ['**||x||** |||| ||', '<b><tg-spoiler>x</tg-spoiler></b> |||| ||'],
  ['1 < 2 && "x"', '1 &lt; 2 &amp;&amp; &quot;x&quot;'],
  ['# Title\n\nText', '<b>Title</b>\n\nText'],
  ['one\ntwo', 'one\ntwo'],
  [
    '```ts\nconst a = b < c;\n```',
    '<pre><code class="language-ts">const a = b &lt; c;</code></pre>',
  ],
  ['```\nplain\n```', '<pre>plain</pre>'],
  ['[x](https://x.ai/?a=1&b=2)', '<a href="https://x.ai/?a=1&amp;b=2">x</a>'],
  ['[https://x.ai](https://y.z/a)', '<a href="https://y.z/a">https://y.z/a</a>'],
  ['[www.x.ai](https://y.z)', '<a href="https://y.z">https://y.z</a>'],
  ['[x](/docs) and [y](javascript:void)', 'x (/docs) and y (javascript:void)'],
  ['![A cat](https://x.ai/cat.png)', '<a href="https://x.ai/cat.png">A cat</a>'],
  ['https://x.ai', '<a href="https://x.ai">https://x.ai</a>'],
  ['[Grok](tg://resolve?domain=grok)', '<a href="tg://resolve?domain=grok">Grok</a>'],
  ['- a\n- b\n  1. c\n  2. d\n- e', '• a\n• b\n  1. c\n  2. d\n• e'],
  ['3. a\n4. b', '3. a\n4. b'],
  ['- a\n\n  more\n- b', '• a\n\n  more\n\n• b'],
  ['- [x] done\n- [ ] open', '☑ done\n☐ open'],
  ['- ```\n  a\n    b\n  ```', '• <pre>a\n  b</pre>'],
  ['> a\n>\n> > b', '<blockquote>a\n\nb</blockquote>'],
  ['a\n\n---\n\nb', 'a\n\n──────────\n\nb'],
  ['a<br>b <u>c</u>', 'a\nb &lt;u&gt;c&lt;/u&gt;'],
  ['<div>\n<p>x\n</div>', '&lt;div&gt;\n&lt;p&gt;x\n&lt;/div&gt;'],
  ['&copy; &#8364; &lt;b&gt; &unknown;', '© € &lt;b&gt; &amp;unknown;'],
  ['\\*not\\*', '*not*'],
  ['[only]: https://x.ai', '[only]: https://x.ai'],
])('%j is rendered as %j', (markdown, html) => {
  expect(render(markdown).html).toBe(html);
});

test('a table becomes columns of fixed width, aligned, with wide characters counted double', () => {
  const table = '| Name | Share |\n|---|--:|\n| **Grok** | 7 |\n| 模型 | 12 |';
  expect(render(table).text.split('\n')).toEqual([
    'Name  Share',
    '────  ─────',
    'Grok      7',
    '模型     12',
  ]);
  expect(render(table).html).toMatch(/^<pre>/);
});

test.each([
  ['```py\nprint(1)', '<pre><code class="language-py">print(1)</code></pre>'],
  ['**half a bol', '**half a bol'],
  ['see [the li', 'see [the li'],
  ['| a | b |\n|--', '| a | b |\n|--'],
])('an unfinished %j is shown as %j', (markdown, html) => {
  expect(render(markdown).html).toBe(html);
});

test('thousands of nested quotations do not break anything', () => {
  const deep = `${'>'.repeat(4_000)} x`;
  expect(settle(parseHtml(render(deep).html)).text).not.toBe('');
});

const marks =
  '** * _ ~~ || ` ``` > - 1. # | [ ]( ) ![ < > & " \\ => &lt; &#0; &#xD800; <b> </b> <!-- <br> "><';
const words = 'word 模型 😀 \uD83D @bot @alice ali https://x.ai/?a&b --- [x] a|b |---|:-:|';
const blanks = [' ', '  ', '    ', '\n', '\n\n', '\n```\n', '```ts\n', '\t', '\r', '\u0000'];
const fragment = fc.constantFrom(...marks.split(' '), ...words.split(' '), ...blanks);
const markdown = fc.oneof(
  fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 60 }),
);

test('whatever the Markdown, Telegram takes the HTML and counts what we count', () => {
  fc.assert(
    fc.property(markdown, (source) => {
      const { html, text } = render(source);
      expect(parseHtml(html).text).toBe(text);
      expect(settle(parseHtml(html)).text).toHaveLength(measure(source));
    }),
    { numRuns: 2_000 },
  );
});

test('text that is no Markdown is neither lost nor changed', () => {
  const word = fc.stringMatching(/^[a-zA-Z]{1,12}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), (list) => {
      const source = list.join(' ');
      expect(render(source)).toEqual({ html: source, text: source });
    }),
  );
});
