import { tmpdir } from 'node:os';

import { z } from 'zod';

import type { AdapterDefinition } from '#port';

import { TerminalAdapter } from './terminal-adapter.ts';

const envSchema = z.object({
  TERMINAL_USER: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'expected letters, digits, dots, dashes or underscores')
    .default('local')
    .describe('What the person at the terminal is called'),
});

const definition: AdapterDefinition<z.infer<typeof envSchema>> = {
  name: 'terminal',
  env: envSchema,
  configured: () => false,
  create: ({ TERMINAL_USER }, tools) =>
    new TerminalAdapter({
      user: TERMINAL_USER,
      input: process.stdin,
      output: process.stdout,
      folder: tmpdir(),
      // Of LC_ALL, LC_MESSAGES or LANG, as Node reads them.
      locale: Intl.DateTimeFormat().resolvedOptions().locale,
      ...tools,
    }),
};

export default definition;
