import type { ApiKey } from './api-key.ts';
import type { Credential } from './credential.ts';
import type { Member, Pool } from './pool.ts';
import type { RedisCredentials } from './redis-store.ts';
import type { RedisTime } from './redis-time.ts';
import type { Reading } from './replies.ts';
import { sealedWith } from './seal.ts';

/** Every state that a member can be seen in. */
export const credentialStates = [
  'active',
  'refreshing',
  'interrupted',
  'ambiguous',
  'waiting',
  'expired',
  'at-only',
  'quarantined',
  'disabled',
  'unknown',
] as const;

export type CredentialState = (typeof credentialStates)[number];

/** How a member of the pool stands at this moment; most of it is derived, not stored. */
export interface MemberStatus {
  readonly name: string;
  readonly kind: 'oauth' | 'key';
  readonly state: CredentialState;
  readonly epoch: number;
  readonly generation: number;
  /** Life left in the access token; null for an API key. */
  readonly remainingMs: number | null;
  /** With less life left than this, it has to be refreshed before it serves; null for an API key. */
  readonly mandatoryMs: number | null;
  /** When it ends, by Redis' clock. */
  readonly expiresAtMs: number | null;
  readonly refreshedAtMs: number | null;
  readonly nextAttemptAtMs: number | null;
  /** The last failure's class and code, and why it is out. */
  readonly error: string;
  readonly reason: string;
  readonly benchedUntilMs: number | null;
  readonly team: string;
  readonly scope: string;
  /** Ids of the keys that seal its tokens; empty for an API key. */
  readonly sealedWith: readonly string[];
}

/** Every member with its state. Falls back to what this process knows when Redis does not answer. */
export async function statusOf(
  pool: Pool,
  store: RedisCredentials,
  time: RedisTime,
): Promise<MemberStatus[]> {
  return Promise.all(
    pool.members.map(async (member) => {
      const reading = await readingOf(member, store);
      return describe(member, reading, pool, time.now());
    }),
  );
}

async function readingOf(member: Credential | ApiKey, store: RedisCredentials): Promise<Reading> {
  const known: Reading = { record: member.record, intent: null, leased: false };
  if (member.kind === 'key') return known;
  try {
    return await store.read(member.name);
  } catch {
    return known;
  }
}

function describe(member: Member, reading: Reading, pool: Pool, now: number): MemberStatus {
  const record = reading.record;
  const benched = pool.benchedUntilMs(member);
  const seals = [record?.accessSealed ?? '', record?.refreshSealed ?? ''].filter((s) => s !== '');
  return {
    name: member.name,
    kind: member.kind,
    state: stateOf(member, reading, now),
    epoch: record?.epoch ?? 0,
    generation: record?.generation ?? 0,
    remainingMs:
      member.kind === 'key' || record === null ? null : Math.max(0, record.expiresAtMs - now),
    mandatoryMs:
      member.kind === 'key' || record === null
        ? null
        : Math.max(0, record.expiresAtMs - record.mandatoryAtMs),
    expiresAtMs: member.kind === 'key' || record === null ? null : record.expiresAtMs,
    refreshedAtMs: record === null || record.refreshedAtMs === 0 ? null : record.refreshedAtMs,
    nextAttemptAtMs:
      record !== null && record.nextAttemptAtMs > now ? record.nextAttemptAtMs : null,
    error: record?.error ?? '',
    reason: record?.reason ?? '',
    benchedUntilMs: benched > now ? benched : null,
    team: record?.team ?? '',
    scope: record?.scope ?? '',
    sealedWith: [...new Set(seals.map(sealedWith))],
  };
}

function stateOf(member: Member, reading: Reading, now: number): CredentialState {
  const { record, intent, leased } = reading;
  switch (record?.state) {
    case undefined:
    case 'removed':
      return 'unknown';
    case 'disabled':
      return 'disabled';
    case 'quarantined':
      return 'quarantined';
    case 'at_only':
      return record.expiresAtMs > now && !record.rejected ? 'at-only' : 'quarantined';
    case 'active':
      if (member.kind === 'key') return 'active';
      if (intent?.current === true) {
        if (leased) return 'refreshing';
        return intent.phase === 'sent' || intent.resends > 0 ? 'ambiguous' : 'interrupted';
      }
      if (record.nextAttemptAtMs > now) return 'waiting';
      return record.expiresAtMs > now && !record.rejected ? 'active' : 'expired';
  }
}
