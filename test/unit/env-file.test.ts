import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';

import { withSettings, writeEnvFile } from '../../src/setup/env-file.ts';

describe('a file of settings', () => {
  it('gets a key where it stands, below the comment that names it, or at the end', () => {
    const text = '# DISCORD_TOKEN=\n\nA=1\nTELEGRAM_TOKEN=old\n';
    const changes = new Map([
      ['TELEGRAM_TOKEN', 'new'],
      ['DISCORD_TOKEN', 'token'],
      ['XAI_API_KEY', 'a $b'],
    ]);
    expect(withSettings(text, changes)).toBe(
      "# DISCORD_TOKEN=\nDISCORD_TOKEN=token\n\nA=1\nTELEGRAM_TOKEN=new\nXAI_API_KEY='a $b'\n",
    );
  });

  it('changes the one that counts of two', () => {
    expect(withSettings('A=1\nA=2\n', new Map([['A', '3']]))).toBe('A=1\nA=3\n');
  });

  it('keeps every other key and reads back as it was meant, whatever the values', () => {
    const key = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);
    const value = fc.stringMatching(/^[ -&(-~]{0,20}$/).map((text) => text.trim());
    const lines = fc.dictionary(key, fc.stringMatching(/^[\w.:/-]{0,10}$/));
    fc.assert(
      fc.property(lines, fc.dictionary(key, value), (before, changes) => {
        const text = Object.entries(before).map(([name, old]) => `${name}=${old}\n`);
        const after = withSettings(text.join(''), new Map(Object.entries(changes)));
        expect({ ...parseEnv(after) }).toEqual({ ...before, ...changes });
      }),
    );
  });

  it('refuses what it would not read back, and leaves the file and nothing beside it', async () => {
    const folder = newFolder();
    const file = join(folder, '.env');
    writeFileSync(file, 'A="one\nB=two"\n');
    const writing = writeEnvFile(file, new Map([['B', '3']]));
    await expect(writing).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(readFileSync(file, 'utf8')).toBe('A="one\nB=two"\n');
    expect(readdirSync(folder)).toEqual(['.env']);
  });

  it('is its owner’s alone, also behind a link', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'real'), 'A=1\n', { mode: 0o644 });
    symlinkSync('real', join(folder, '.env'));
    await writeEnvFile(join(folder, '.env'), new Map([['B', '2']]));
    expect(readFileSync(join(folder, 'real'), 'utf8')).toBe('A=1\nB=2\n');
    expect(statSync(join(folder, 'real')).mode & 0o777).toBe(0o600);
  });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'grok-bridge-env-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
