import fc from 'fast-check';

/** Values that nobody expects where they stand. */
const hostile: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null, true, false, 0, -1, 1.5, 1e308, -0, 2 ** 53, [], {}, '', ' ', '\u0000', '\ud800', '\u202e',
    '__proto__', 'constructor', '../../etc/passwd', 'javascript:alert(1)', '{{', '<b>', '/stop',
    '0', '-1', 'NaN', '9'.repeat(400), 'x'.repeat(5_000), [[[[[[]]]]]],
  ), // prettier-ignore
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.jsonValue({ maxDepth: 3 }),
);

interface Change {
  readonly path: readonly number[];
  readonly how: 'replace' | 'remove' | 'repeat' | 'pollute';
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  path: fc.array(fc.nat({ max: 12 }), { minLength: 1, maxLength: 6 }),
  how: fc.constantFrom('replace', 'replace', 'remove', 'repeat', 'pollute'),
  value: hostile,
});

/** One of these values, with a few things in it changed; now and then anything at all. */
export function mutated(...fixtures: readonly unknown[]): fc.Arbitrary<unknown> {
  const changed = fc
    .tuple(fc.constantFrom(...fixtures), fc.array(change, { maxLength: 5 }))
    .map(([fixture, changes]) =>
      changes.reduce((value, { path, how, value: put }) => apply(value, path, how, put), fixture),
    );
  return fc.oneof({ weight: 9, arbitrary: changed }, { weight: 1, arbitrary: hostile });
}

/** The same as text: mostly JSON, some of it broken, some of it no text at all. */
export function mutatedText(...fixtures: readonly unknown[]): fc.Arbitrary<string> {
  const texts = mutated(...fixtures).map((value) => JSON.stringify(value) ?? '');
  return fc.oneof(
    { weight: 6, arbitrary: texts },
    { weight: 3, arbitrary: broken(texts) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 300 }) },
  );
}

/** A text cut off, doubled, or with something foreign in the middle. */
export function broken(texts: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const cut = fc.tuple(texts, fc.nat(), fc.nat(), fc.string({ unit: 'binary', maxLength: 5 }));
  return cut.map(([text, from, length, put]) => {
    const at = text.length === 0 ? 0 : from % text.length;
    return text.slice(0, at) + put + text.slice(at + (length % 40));
  });
}

function apply(
  value: unknown,
  [step = 0, ...rest]: readonly number[],
  how: Change['how'],
  put: unknown,
): unknown {
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    const at = items.length === 0 ? 0 : step % items.length;
    if (rest.length > 0 && at in items) return items.with(at, apply(items[at], rest, how, put));
    if (how === 'remove') return items.toSpliced(at, 1);
    if (how === 'repeat') return items.flatMap((item) => [item, item]);
    return at in items ? items.with(at, put) : [put];
  }
  if (typeof value !== 'object' || value === null) return how === 'remove' ? null : put;
  const entries: [string, unknown][] = Object.entries(value);
  const at = entries.length === 0 ? 0 : step % entries.length;
  const [key, inner] = entries[at] ?? ['new', put];
  if (rest.length > 0) return withEntry(entries, key, apply(inner, rest, how, put));
  switch (how) {
    case 'remove':
      return Object.fromEntries(entries.toSpliced(at, 1));
    case 'pollute':
      return withEntry(entries, '__proto__', { polluted: put });
    case 'repeat':
      return withEntry(entries, `${key}x`, inner);
    case 'replace':
      return withEntry(entries, key, put);
  }
}

/** As `JSON.parse` would make it: `__proto__` is a property like any other. */
function withEntry(entries: [string, unknown][], key: string, value: unknown): object {
  return Object.fromEntries([...entries.filter(([name]) => name !== key), [key, value]]);
}
