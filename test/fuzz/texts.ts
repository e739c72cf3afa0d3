import fc from 'fast-check';

import { discordLength, renderDiscord } from '../../adapters/discord/render.ts';
import { measure, render } from '../../adapters/telegram/render.ts';
import { parseHtml } from '../../sandbox/telegram/html.ts';
import { cleanName, cleanText } from '../../src/chat/clean.ts';
import { readPart, writePart } from '../../src/chat/parts-of-messages.ts';
import { splitText } from '../../src/chat/split.ts';
import { exchangeSchema } from '../../src/conversation/exchange.ts';
import { readTokens } from '../../src/credentials/minted.ts';
import { classify } from '../../src/grok/classify.ts';
import { redact } from '../../src/grok/redact.ts';
import { parsePromptEntry, parseReplyEntry } from '../../src/queue/entry.ts';
import { cpuMicros } from '../cpu-cost.ts';
import moreBodies from '../fixtures/more-bodies.json' with { type: 'json' };
import { broken, mutatedText } from './foreign.ts';
import { target } from './fuzz.ts';

const bodies = JSON.stringify(moreBodies).slice(0, 20_000);
const failures = [
  { code: 'Some resource has been exhausted', error: 'You have used all your credits' },
  {
    error: {
      message: 'Invalid bearer token',
      type: 'invalid_request_error',
      code: 'x',
      param: null,
    },
  },
  {
    code: 'unauthenticated:bad-credentials',
    error: 'The OAuth2 access token could not be validated.',
  },
  { type: 'error', error: { code: 'rate_limit_exceeded', message: 'retry after 5 s' } },
];
const classes = new Set([
  'bad-credentials', 'no-credentials', 'invalid-api-key', 'quota', 'entitlement', 'rate-limited', 'safety',
  'context-too-long', 'stale-reasoning', 'invalid-request', 'model-unavailable', 'forbidden', 'transient',
  'ok', 'dead-grant', 'client-rejected', 'tier-denied',
]); // prettier-ignore

const errors = target({
  name: 'bodies of errors',
  inputs: fc.record({
    endpoint: fc.constantFrom('inference' as const, 'token' as const),
    status: fc.constantFrom(null, 200, 400, 401, 402, 403, 404, 413, 422, 429, 500, 502, 529, 999),
    body: fc.oneof(mutatedText(...failures), broken(fc.constant(bodies))),
  }),
  check: (failure) => {
    const verdict = classify(failure);
    if (!classes.has(verdict.class)) throw new Error(`no class: ${verdict.class}`);
    redact(failure.body);
  },
});

const longLength = 60_000;
/** Of the processor's time, so that nobody else's work counts; most take a few milliseconds. */
const mostMs = 1_000;

const readers: Readonly<Record<string, (text: string) => unknown>> = {
  classify: (body) => classify({ endpoint: 'inference', status: 403, body }),
  'classify a token answer': (body) => classify({ endpoint: 'token', status: 400, body }),
  redact,
  readTokens,
  parsePromptEntry,
  parseReplyEntry,
  cleanName,
  cleanText,
};

/** Nothing holds up a process that answers fifty people at once, however long and odd a text is. */
const growth = target({
  name: 'long texts',
  inputs: fc.record({
    piece: fc
      .oneof(
        fc.constantFrom(
          ...Array.from('a 1{"\\[(*_`<&|\n@.-\'=/:'),
          'a@',
          'aA1.-_',
          'a.',
          'https://',
          'bearer ',
          '{"a":',
        ),
        fc.string({ minLength: 1, maxLength: 6 }),
      )
      .filter((text) => text !== ''),
    reader: fc.constantFrom(...Object.keys(readers)),
  }),
  check: ({ piece, reader }) => {
    const text = piece.repeat(Math.ceil(longLength / piece.length));
    const tookMs = cpuMicros(() => readers[reader]?.(text)) / 1_000;
    if (tookMs > mostMs) throw new Error(`${reader} took ${tookMs} ms`);
  },
});

const prompt = {
  v: 1, id: 'tg-1-2', conversation: 'tg-1.5', account: 'tg-1', address: '5', text: 'line\nline',
  author: { id: 'telegram:7', name: 'a' }, receivedAtMs: 1, files: [{ name: 'a', kind: 'text', mime: 'x' }],
}; // prettier-ignore
const reply = {
  v: 1, id: 'a', anchor: 'a', conversation: 'tg-1.5', account: 'tg-1', address: '5', kind: 'words',
  final: true, text: 'x', receivedAtMs: 1,
}; // prettier-ignore
const part = {
  v: 1, id: 'm', conversation: 'c', address: '5', author: { id: 'x:1', name: 'A' }, fromBot: false,
  isPrivate: true, isAddressed: true, places: [], text: 'x', part: { kind: 'cut', glue: '' },
}; // prettier-ignore

const redis = target({
  name: 'what lies in Redis',
  inputs: fc.tuple(fc.constantFrom('', 'tg-1-2 0 1 '), mutatedText(prompt, reply, part, { v: 2 })),
  check: ([words, json]) => {
    const entries = [parsePromptEntry(words + json), parseReplyEntry(words + json)];
    if (words === '' && entries.some(({ kind }) => kind === 'newer')) throw new Error('no entry');
    const read = readPart(json);
    if (read.kind === 'whole') {
      const again = readPart(writePart(read.message));
      if (again.kind !== 'whole' || again.message.id !== read.message.id) throw new Error('other');
    }
    exchangeSchema.safeParse(json);
  },
});

const markdown = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '**', '*', '_', '__', '~~', '`', '```', '```js\n', '\n', '\n\n', '# ', '> ', '- ', '1. ', '| a | b |\n',
        '|---|:-:|\n', '[', '](', ')', '![', '<b>', '</b>', '<script>', '&amp;', '&#0;', '&#xD800;', '\\',
        'https://x.ai/?a=b&c=d', 'javascript:alert(1)', '[a](tg://x "t")', '<https://x.ai>', '@everyone', '<@1>',
        '    ', '\t', '---\n', '- [x] ', '[^1]', '[1]: /x\n', '||', '$', '\u202e', '\u0000', '\ud83d', '👩‍👩‍👧',
      ), // prettier-ignore
      fc.string({ unit: 'binary', maxLength: 12 }),
      fc.string({ maxLength: 12 }),
    ),
    { maxLength: 40 },
  )
  .map((pieces) => pieces.join(''));

/** Whatever Grok writes, Telegram takes, and no message is longer than it may be. */
const rendering = target({
  name: 'Markdown',
  inputs: fc.tuple(markdown, fc.integer({ min: 60, max: 400 })),
  check: ([raw, most]) => {
    const text = raw.toWellFormed();
    for (const chunk of splitText(text, most, measure)) {
      const { html } = render(chunk);
      const shown = parseHtml(html).text;
      if (measure(chunk) > most) throw new Error('a chunk is too long for Telegram');
      if (shown.trim().length > measure(chunk))
        throw new Error('it was measured shorter than it is');
    }
    const long = (chunk: string) => discordLength(renderDiscord(chunk));
    for (const chunk of splitText(text, most, long)) {
      if (long(chunk) > most) throw new Error('a chunk is too long for Discord');
    }
  },
});

export const ofTexts = [errors, growth, redis, rendering];
