import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Daemon } from '../daemon.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'grok-bridge-left-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the sandbox leaves nothing behind', () => {
  it.each([
    ['while it starts', 'This is the sandbox'],
    ['while the script waits for an answer', '✓ xAI takes all access tokens back'],
  ])('when it is left %s, by Ctrl-C twice at once', async (_, said) => {
    await using sandbox = Daemon.start(['all'], { TMPDIR: folder });
    await sandbox.said(said, { timeoutMs: 40_000 });
    sandbox.signal('SIGINT');
    sandbox.signal('SIGTERM');
    expect(await sandbox.ended({ timeoutMs: 15_000 })).toBe(0);
    expect(sandbox.output).not.toContain('Everything went as it should.');
    expect(sandbox.output).not.toContain('✗');
    expect(readdirSync(folder)).toEqual([]);
  });
});
