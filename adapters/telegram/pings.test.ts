import fc from 'fast-check';
import { expect, test } from 'vitest';

import { settle } from '../../sandbox/telegram/formatted-text.ts';
import { parseHtml } from '../../sandbox/telegram/html.ts';
import { pingsOf } from '../../sandbox/telegram/pings.ts';
import { withoutPingsUnformatted } from './pings.ts';
import { measure, render } from './render.ts';

const joined = '@\u2060';

test.each([
  ['@alice and (@bob_7)!', `${joined}alice and (${joined}bob_7)!`],
  ['.@alice, @@alice and/@alice', `.${joined}alice, @${joined}alice and/${joined}alice`],
  ['1 < 2 & @alice "@carol"', `1 &lt; 2 &amp; ${joined}alice &quot;${joined}carol&quot;`],
  ['@al**ice** and \\@alice', `${joined}al<b>ice</b> and ${joined}alice`],
  ['**x**@alice `@alice` @alice', `<b>x</b>@alice <code>@alice</code> ${joined}alice`],
  ['[@alice](https://x.com/@alice)', `<a href="https://x.com/@alice">${joined}alice</a>`],
  ['[Alice](tg://user?id=42)', 'Alice'],
  ['[**Alice**](TG:user?id=42 "t")', '<b>Alice</b>'],
  ['[@alice](tg://user?id=42)', `${joined}alice`],
])('%j is sent as %j, which pings nobody', (markdown, html) => {
  expect(render(markdown).html).toBe(html);
});

test.each([
  'alice.b@example.org',
  'https://x.com/@alice',
  'https://example.org/a?to=@alice&b',
  'youtube.com/@alice',
  '`@alice`',
  '```\n@alice\n```',
  '@ alice, @me, 5 @ 3',
])('%j reads as it was written, to the last character', (markdown) => {
  expect(render(markdown).text).toBe(markdown.replaceAll(/^`+\n?|\n?`+$/g, ''));
});

const around = [
  '@',
  '@alice',
  '@Bob_7',
  'ice',
  ' ',
  '\n',
  '.',
  '/',
  '**',
  '`',
  '```\n',
  '<',
  '&',
  '"',
];
const links = [
  '](',
  '[',
  ')',
  'https://x.com/',
  'http://localhost/',
  'x.com/',
  'tg://user?id=42',
  '模',
];
const fragments = fc.array(fc.constantFrom(...around, ...links), { maxLength: 16 });

test('whatever the Markdown, it pings nobody, with its markup or without', () => {
  fc.assert(
    fc.property(fragments, (parts) => {
      const { html, text } = render(parts.join(''));
      expect(pingsOf(settle(parseHtml(html)))).toEqual([]);
      const plain = withoutPingsUnformatted(text);
      expect(pingsOf({ text: plain, entities: [] })).toEqual([]);
      expect(plain.trim()).toHaveLength(measure(parts.join('')));
    }),
    { numRuns: 2_000 },
  );
});

test('but for what is not to be seen, every word is kept', () => {
  fc.assert(
    fc.property(fragments, (parts) => {
      const text = parts.join('').replaceAll(/[`[\]*&<]/g, '');
      expect(render(text).text.replaceAll('\u2060', '').replaceAll(/\s+/g, ' ').trim()).toBe(
        text.replaceAll(/\s+/g, ' ').trim(),
      );
    }),
  );
});
