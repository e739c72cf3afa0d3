import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { makeKey } from './key-ring.ts';

/**
 * The key ring a deployment with an embedded Redis keeps for itself: `credential-keys` under
 * DATA_DIR (0600), made at the first call. In the form of CREDENTIAL_KEYS.
 */
export async function keptKeys(dataDir: string): Promise<string> {
  const path = join(dataDir, 'credential-keys');
  const known = await readFile(path, 'utf8').catch(() => null);
  if (known !== null) return known.trim();
  await mkdir(dataDir, { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${makeKey('kept-1')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  // Whoever is first makes the key; the others read it.
  await link(temporary, path).catch(() => undefined);
  await rm(temporary, { force: true });
  return (await readFile(path, 'utf8')).trim();
}
