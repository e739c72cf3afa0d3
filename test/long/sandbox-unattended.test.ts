import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, expect, it } from 'vitest';

import { Daemon } from '../daemon.ts';

const patience = { timeoutMs: 60_000 };
const folder = mkdtempSync(join(tmpdir(), 'grok-bridge-try-'));

afterAll(() => rmSync(folder, { recursive: true }));

it('the sandbox stays up where standard input is no terminal, and ends at SIGINT', async () => {
  await using daemon = Daemon.start(['all'], { TMPDIR: folder });
  await daemon.said('The sandbox stays up', patience);
  expect(daemon.output.startsWith('This is the sandbox')).toBe(true);
  const [, playground = ''] = /Playground (http:\S+)/.exec(daemon.output) ?? [];
  expect(await (await fetch(playground)).text()).toContain('<title>Playground');
  daemon.signal('SIGINT');
  expect(await daemon.ended({ timeoutMs: 60_000 })).toBe(0);
  expect(readdirSync(folder)).toEqual([]);
}, 120_000);
