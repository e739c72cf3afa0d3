import { BridgeError, isBridgeError } from '../errors.ts';
import type { OnCredentialEvent } from './events.ts';
import type { KeyRing } from './key-ring.ts';
import { openToken } from './minted.ts';
import { compareStamps } from './record.ts';
import type { RedisCredentials } from './redis-store.ts';
import type { SpillFolder } from './spill.ts';
import type { CredentialTimings } from './timings.ts';

/**
 * Opens every sealed record once, and changes nothing. Throws CREDENTIAL_KEY_WRONG when one does
 * not open and CREDENTIAL_KEY_MISSING when there are sign-ins and no keys.
 */
export async function verifyRing(
  store: RedisCredentials,
  ring: KeyRing | null,
  spills: SpillFolder | null,
): Promise<void> {
  const { names } = await store.pool();
  const stored = new Set<string>();
  for (const name of names) {
    const { record } = await store.read(name);
    if (record === null || record.kind === 'key' || record.accessSealed === '') continue;
    if (ring === null) throw keyMissing(name);
    openToken(ring, name, record, 'at');
    openToken(ring, name, record, 'rt');
    stored.add(name);
  }
  // Where Redis keeps nothing the sealed copy is the stored sign-in.
  for (const name of (await spills?.copies()) ?? []) {
    if (!stored.has(name)) await spills?.copy(name);
  }
}

/** Puts back from their sealed copies the sign-ins that Redis lost or has only older. */
export async function restoreCopies(
  store: RedisCredentials,
  spills: SpillFolder,
  limits: CredentialTimings,
  onEvent: OnCredentialEvent,
): Promise<void> {
  for (const name of await spills.copies()) {
    const copy = await spills.copy(name).catch((error: unknown) => {
      // Redis' own record opened: a copy under a key long gone is only of no use.
      if (!isBridgeError(error, 'CREDENTIAL_KEY_WRONG')) throw error;
      onEvent({ credential: name, kind: 'spill-unusable', why: error.message });
      return null;
    });
    if (copy === null) continue;
    const { record } = await store.read(name);
    if (record !== null && compareStamps(record, copy) >= 0) continue;
    if (!(await store.restore(copy, name, limits.restoreHoldMs))) continue;
    const { epoch, generation } = copy;
    onEvent({ credential: name, kind: 'restored', epoch, generation, from: 'file' });
  }
}

function keyMissing(name: string): BridgeError {
  return new BridgeError(
    'CREDENTIAL_KEY_MISSING',
    `credential ${name} is stored sealed, and CREDENTIAL_KEYS is not set; ` +
      'set it to the keys it was sealed with (nothing was changed)',
  );
}
