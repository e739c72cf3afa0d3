import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { makeKey, parseKeyRing } from '../../src/credentials/key-ring.ts';
import { type CredentialRecord, parseRecord } from '../../src/credentials/record.ts';
import { SpillFolder } from '../../src/credentials/spill.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'grok-bridge-copy-'));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

function recordOf(epoch: number, generation: number): CredentialRecord {
  const fields = { v: '1', kind: 'oauth', st: 'active' };
  const record = parseRecord('default', {
    ...fields,
    epoch: String(epoch),
    gen: String(generation),
  });
  if (record === null) throw new Error('no record');
  return record;
}

test('the sealed copy of a sign-in is never replaced by one of an older generation', async () => {
  const spills = new SpillFolder(folder, parseKeyRing(makeKey('k1')));
  for (const [epoch, generation] of [
    [1, 8],
    [1, 7],
    [1, 9],
    [2, 1],
    [1, 10],
  ] as const) {
    await spills.keep('default', recordOf(epoch, generation));
  }
  expect(await spills.copy('default')).toMatchObject({ epoch: 2, generation: 1 });
  expect(await readdir(join(folder, 'spill'))).toEqual(['default.last.bin']);
});
