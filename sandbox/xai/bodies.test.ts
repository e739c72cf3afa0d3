import { readFileSync } from 'node:fs';

import { expect, test } from 'vitest';
import { z } from 'zod';

import { refusalKindSchema, refusalOf } from './bodies.ts';

const corpus = z
  .array(z.object({ endpoint: z.string(), status: z.number().nullable(), body: z.string() }))
  .parse(
    JSON.parse(
      readFileSync(new URL('../../test/fixtures/xai-bodies.json', import.meta.url), 'utf8'),
    ),
  );

test.each([...refusalKindSchema.values])('%s is a body that xAI was seen to send', (kind) => {
  const { status, body } = refusalOf(kind);
  expect(corpus).toContainEqual({ endpoint: 'inference', status, body });
});
