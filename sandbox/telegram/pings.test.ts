import { expect, test } from 'vitest';

import { settle } from './formatted-text.ts';
import { parseHtml } from './html.ts';
import { pingsOf } from './pings.ts';

test.each([
  ['@alice and @Bob_7', ['@alice', '@bob_7']],
  ['.@alice, (@alice) and/@carol', ['@alice', '@carol']],
  ['@al<b>ice</b>', ['@alice']],
  ['<a href="tg://user?id=42">Alice</a>', ['tg://user?id=42']],
  ['<a href="http://localhost/">@alice</a>', ['@alice']],
])('%j notifies', (html, pinged) => {
  expect(pingsOf(settle(parseHtml(html)))).toEqual(pinged);
});

test.each([
  'a@alice.org',
  '@me, @1234 and @\u2060alice',
  '<code>@alice</code> <pre>@alice</pre>',
  '<a href="https://x.com/alice">@alice</a>',
  'https://x.com/@alice and youtube.com/@alice',
])('%j notifies nobody', (html) => {
  expect(pingsOf(settle(parseHtml(html)))).toEqual([]);
});
