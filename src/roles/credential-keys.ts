import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type KeyRing, makeKey, parseKeyRing } from '../credentials/key-ring.ts';
import type { Foundation } from './foundation.ts';

/**
 * The keys that seal the sign-in: `CREDENTIAL_KEYS`, or, with a Redis of the program's own, a key
 * made once and kept (0600) under `DATA_DIR`. Null: there are none, only an API key can serve.
 * @throws {BridgeError} `CONFIG_INVALID`
 */
export function credentialKeys({
  config,
  isEmbedded,
}: Pick<Foundation, 'config' | 'isEmbedded'>): KeyRing | null {
  if (config.CREDENTIAL_KEYS !== undefined) return parseKeyRing(config.CREDENTIAL_KEYS);
  return isEmbedded ? parseKeyRing(ownKey(join(config.DATA_DIR, 'credential-key'))) : null;
}

function ownKey(file: string): string {
  try {
    writeFileSync(file, makeKey('own'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  return readFileSync(file, 'utf8');
}
