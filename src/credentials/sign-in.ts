import { randomUUID } from 'node:crypto';

import type { ImportedTokens } from './import.ts';
import type { KeyRing } from './key-ring.ts';
import { claimsOf, sealTokens } from './minted.ts';
import type { CredentialRecord } from './record.ts';
import type { RedisCredentials } from './redis-store.ts';
import type { RedisTime } from './redis-time.ts';
import type { SpillFolder } from './spill.ts';
import type { CredentialTimings } from './timings.ts';

export interface SignInParts {
  readonly store: RedisCredentials;
  readonly spills: SpillFolder;
  readonly ring: KeyRing;
  readonly time: RedisTime;
  readonly limits: CredentialTimings;
  readonly owner: string;
}

/** Stores tokens as a new epoch of `name`, and keeps their sealed copy on disk. */
export async function signIn(
  parts: SignInParts,
  name: string,
  tokens: ImportedTokens,
): Promise<CredentialRecord> {
  const { store, spills, ring, time, limits, owner } = parts;
  const attempt = randomUUID();
  for (;;) {
    const known = await store.read(name);
    const copied = await spills.copy(name);
    // The copy of a sign-in that Redis lost must not outrank this one.
    const epoch = Math.max(known.record?.epoch ?? 0, copied?.epoch ?? 0) + 1;
    const minted = {
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken,
      lifeMs: tokens.expiresInMs,
      scope: tokens.scope ?? '',
      team: tokens.team ?? claimsOf(tokens.accessToken).team_id ?? '',
      lifeDoubtful: false,
    };
    const times = { issuedAtMs: time.now(), ageKnown: tokens.ageKnown === true };
    const sealed = sealTokens(ring, { name, epoch, generation: 1 }, minted, times, limits);
    const record = await store.login(name, known.record?.epoch ?? 0, epoch, attempt, {
      ...sealed,
      refreshed_by: owner,
      ...(tokens.clientId === undefined ? {} : { client_id: tokens.clientId }),
    });
    if (record === null) continue;
    await spills.keep(name, record);
    return record;
  }
}
