import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';

const root = new URL('..', import.meta.url);
const page = readFileSync(new URL('docs/credentials-tests.md', root), 'utf8');
const rows = [...page.matchAll(/^\| ([IT]\d+) \| .+? \| `([\w/-]+)` \| (.+?) \|$/gm)];

test('every test that the page of credential tests names is there', () => {
  expect(rows.length).toBeGreaterThan(35);
  for (const [, id, file = '', name = ''] of rows) {
    const path = file.includes('/') ? file : `integration/${file}`;
    const source = readFileSync(new URL(`test/${path}.test.ts`, root), 'utf8');
    expect(source.includes(name), `${id}: ${file}: ${name}`).toBe(true);
  }
});
