import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

import { classify } from '../../src/grok/classify.ts';
import { expectLinearCost } from '../cpu-cost.ts';

const bodySchema = z.object({
  endpoint: z.enum(['inference', 'token']),
  status: z.number().nullable(),
  class: z.string(),
  body: z.string(),
  source: z.string(),
});

const seen = bodiesOf('xai-bodies.json');
const ours = bodiesOf('more-bodies.json');
const every = [...seen, ...ours];

describe('every known body gets its class', () => {
  it.each(seen)('$endpoint $status is $class: $body', (body) => {
    expect(classify(body).class).toBe(body.class);
  });

  it.each(ours)('$endpoint $status is $class, $source: $body', (body) => {
    expect(classify(body).class).toBe(body.class);
  });
});

describe('whatever comes', () => {
  const anyStatus = fc.option(fc.integer({ min: -1, max: 700 }));
  const noise = fc.stringMatching(/^[{}[\]"':,%\\WKE=<>a-z0-9. \n-]{0,200}$/);

  it('it never throws', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('inference' as const, 'token' as const),
        anyStatus,
        fc.oneof(fc.string({ unit: 'binary' }), fc.json(), noise),
        fc.dictionary(fc.string(), fc.string()),
        (endpoint, status, body, headers) => {
          expect(classify({ endpoint, status, body, headers }).class).toBeTypeOf('string');
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('a 403 of other words is never taken for stale credentials', () => {
    const word = fc.stringMatching(/^[a-z]{1,12}$/);
    const words = fc.array(word, { maxLength: 20 }).map((list) => list.join(' '));
    const body = fc.oneof(
      words,
      fc.record({ code: words, error: words }).map((value) => JSON.stringify(value)),
      fc.json(),
    );
    fc.assert(
      fc.property(body, (text) => {
        const verdict = classify({ endpoint: 'inference', status: 403, body: text });
        expect(verdict.class).not.toBe('bad-credentials');
      }),
      { numRuns: 2000 },
    );
  });

  it('an event without status is never an entitlement by default', () => {
    fc.assert(
      fc.property(fc.json(), (body) => {
        expect(classify({ endpoint: 'inference', status: null, body }).class).not.toBe(
          'entitlement',
        );
      }),
    );
  });

  it.each([
    ['open brackets', (n: number) => '['.repeat(n)],
    ['open objects', (n: number) => '{"a":'.repeat(n / 5)],
    ['quotation marks', (n: number) => '"'.repeat(n)],
    ['backslashes', (n: number) => `{"a":"${'\\'.repeat(n)}`],
    ['apostrophes', (n: number) => `{'a':'${"' ".repeat(n / 2)}`],
    ['slugs', (n: number) => `[${'{"error":"a:b"},'.repeat(n / 16)}1]`],
    ['half markers', (n: number) => `{"error":"${'[wke='.repeat(n / 5)}"}`],
    ['encodings', (n: number) => '{"a":"{\\"b\\":'.repeat(n / 13)],
    ['half phrases', (n: number) => `{"error":"${'not have permission '.repeat(n / 20)}"}`],
  ])('eight times as much of %s costs no more than linear work would', (_name, bodyOf) => {
    expectLinearCost(3_000_000, (size) => {
      const body = bodyOf(size);
      expect(classify({ endpoint: 'inference', status: 403, body }).class).toBe('forbidden');
    });
  });

  it('the end of a huge body is read, and a huge echo within it is not', () => {
    const marker = '[WKE=unauthenticated:bad-credentials]';
    const long = JSON.stringify({ error: `${'x'.repeat(2_000_000)} ${marker}` });
    const echo = JSON.stringify({ input: marker.repeat(50_000), error: 'x' });
    const read = (body: string) => classify({ endpoint: 'inference', status: 403, body }).class;
    expect(read(long)).toBe('bad-credentials');
    expect(read(echo)).toBe('forbidden');
  });
});

describe('a slug decides in any wrapping', () => {
  const slug = fc.constantFrom(
    ...every.filter(
      ({ endpoint, body }) =>
        endpoint === 'inference' && /"code":"[a-z-]+:[a-z-]+"|\[WKE=[a-z:-]+\]/.test(body),
    ),
  );
  const key = fc.constantFrom(
    'error',
    'data',
    'detail',
    'details',
    'cause',
    'response',
    'body',
    'x',
  );
  const wrapping = fc.oneof(
    key.map((name) => (body: string) => JSON.stringify({ [name]: body })),
    key.map((name) => (body: string) => `{"${name}":${JSON.stringify([body])},"ok":false}`),
    fc.constantFrom<(body: string) => string>(
      (body) => JSON.stringify(body),
      (body) => `[${JSON.stringify({ error: body })}]`,
      (body) => `event: error\ndata: ${JSON.stringify({ type: 'error', message: body })}\n\n`,
      (body) => `\uFEFF ${body}`,
      (body) => `403 ${body}`,
    ),
  );

  it('an envelope, or three', () => {
    fc.assert(
      fc.property(slug, fc.array(wrapping, { maxLength: 3 }), (given, wrappings) => {
        const body = wrappings.reduce((inner, wrap) => wrap(inner), given.body);
        expect(classify({ ...given, body }).class).toBe(given.class);
      }),
      { numRuns: 1000 },
    );
  });

  it('upper case and percent-encoding', () => {
    fc.assert(
      fc.property(slug, fc.boolean(), (given, upper) => {
        const text = upper ? given.body.toUpperCase() : given.body;
        const body = encodeURIComponent(text);
        expect(classify({ ...given, body: text }).class).toBe(given.class);
        expect(classify({ ...given, body }).class).toBe(given.class);
      }),
    );
  });

  it('but not as an echo of what the user wrote', () => {
    const echo = fc.constantFrom('input', 'prompt', 'content', 'messages', 'user_input', 'delta');
    fc.assert(
      fc.property(slug, echo, (given, name) => {
        const body = JSON.stringify({ error: 'Forbidden', [name]: [{ text: given.body }] });
        expect(classify({ ...given, status: 403, body }).class).toBe('forbidden');
      }),
    );
  });
});

describe('what else is told', () => {
  it('the slug, and the text without its marker', () => {
    const body =
      '{"code":"Some sentence here","error":"You ran out of credits. [WKE=personal-team-blocked:spending-limit]"}';
    expect(classify({ endpoint: 'inference', status: 429, body })).toEqual({
      class: 'quota',
      slug: 'personal-team-blocked:spending-limit',
      message: 'You ran out of credits.',
    });
  });

  it.each([
    [{ 'Retry-After': '60' }, '', { retryAfterMs: 60_000 }],
    [new Headers({ 'retry-after': '1.5' }), '', { retryAfterMs: 1500 }],
    [{ 'retry-after': 'Wed, 21 Oct 2026 07:28:00 GMT' }, '', { resetAtMs: 1_792_567_680_000 }],
    [{ 'x-ratelimit-reset': '1792567680' }, '', { resetAtMs: 1_792_567_680_000 }],
    [{ 'x-ratelimit-reset': '1792567680123' }, '', { resetAtMs: 1_792_567_680_123 }],
    [{ 'x-ratelimit-reset': '17' }, '', {}],
    [{ 'retry-after': 'soon' }, '', {}],
    [{ 'retry-after': '5' }, 'resets over a rolling 24-hour window', { retryAfterMs: 5000 }],
    [{}, 'Usage resets over a rolling 24-hour window', { retryAfterMs: 86_400_000 }],
    [{}, 'Please try again in 20s.', { retryAfterMs: 20_000 }],
    [{}, 'Please try again in 120ms.', { retryAfterMs: 120 }],
    [{}, 'Please try again in 6.5s.', { retryAfterMs: 6500 }],
    [{ 'retry-after': ['5', '6'] }, '', {}],
    [{ 'retry-after': '-1' }, '', {}],
  ])('when to come back: %o %s', (headers, error, expected) => {
    const { retryAfterMs, resetAtMs } = classify({
      endpoint: 'inference',
      status: 429,
      body: JSON.stringify({ error }),
      headers,
    });
    expect({ retryAfterMs, resetAtMs }).toEqual({
      retryAfterMs: undefined,
      resetAtMs: undefined,
      ...expected,
    });
  });

  it('headers that throw are none', () => {
    const headers = {
      get(): string {
        throw new Error('gone');
      },
    };
    expect(classify({ endpoint: 'inference', status: 500, body: '', headers }).class).toBe(
      'transient',
    );
  });

  it('the error code of the token endpoint, for the device flow too', () => {
    const body = '{"error":"authorization_pending"}';
    expect(classify({ endpoint: 'token', status: 400, body })).toMatchObject({
      class: 'transient',
      oauthError: 'authorization_pending',
    });
  });
});

describe('each rule is needed', () => {
  const source = readFileSync(new URL('../../src/grok/classify.ts', import.meta.url), 'utf8');
  const rows = source.split('\n').filter((line) => /^ {2}\[.*\],$/.test(line));

  it.each(rows.flatMap(withoutOneAlternative))('%s', async (_name, row, changed) => {
    const mutant = await load(source.replace(row, () => changed));
    expect(every.some((body) => mutant(body).class !== body.class)).toBe(true);
  });
});

/** The row without each of the alternatives of its expression in turn: name, row, changed row. */
function withoutOneAlternative(row: string): [string, string, string][] {
  const expression = row.slice(row.indexOf('/') + 1, row.lastIndexOf('/'));
  const alternatives = [''];
  let depth = 0;
  for (const sign of expression) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (sign === '|' && depth === 0) alternatives.push('');
    else alternatives[alternatives.length - 1] += sign;
  }
  return alternatives.map((left) => {
    const rest = alternatives.filter((other) => other !== left).join('|');
    const changed = row.replace(`/${expression}/`, () => `/${rest === '' ? '(?!)' : rest}/`);
    return [`${row.trim().split(' /')[0] ?? ''} ${left}`, row, changed];
  });
}

async function load(typescript: string): Promise<typeof classify> {
  const javascript = encodeURIComponent(stripTypeScriptTypes(typescript));
  // It is this module's own text, so it has this module's shape.
  const module = (await import(/* @vite-ignore */ `data:text/javascript,${javascript}`)) as {
    classify: typeof classify;
  };
  return module.classify;
}

function bodiesOf(file: string): z.infer<typeof bodySchema>[] {
  const text = readFileSync(new URL(`../fixtures/${file}`, import.meta.url), 'utf8');
  return z.array(bodySchema).parse(JSON.parse(text));
}
