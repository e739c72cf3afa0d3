import type { Copies } from './copies.ts';
import type { OnCredentialEvent } from './events.ts';
import type { KeyRing } from './key-ring.ts';
import { openToken, readTokens, sealTokens } from './minted.ts';
import { compareStamps } from './record.ts';
import type { RedisCredentials } from './redis-store.ts';
import type { FoundSpill, SpillFolder } from './spill.ts';
import type { CredentialTimings } from './timings.ts';

export interface ReplayParts {
  readonly store: RedisCredentials;
  readonly spills: SpillFolder;
  readonly copies: Copies;
  readonly ring: KeyRing;
  readonly limits: CredentialTimings;
  readonly owner: string;
  readonly onEvent: OnCredentialEvent;
  /** Attempts that run in this process; their files are theirs. */
  readonly live: ReadonlySet<string>;
  readonly onCommitted: (name: string) => Promise<void>;
}

/**
 * Commits every answer that is on disk and not in Redis, whoever wrote it: its process died between
 * the two. Throws REDIS_UNREACHABLE, and leaves the files for the next time.
 */
export async function replaySpills(parts: ReplayParts): Promise<void> {
  const { spills, live, onEvent } = parts;
  const unusable = (why: string) => onEvent({ credential: '', kind: 'spill-unusable', why });
  const found = await spills.find(live, unusable);
  // A re-send first: that it happened must not be forgotten over the send it repeats.
  found.sort((a, b) => Number(b.header.resend) - Number(a.header.resend));
  for (const spill of found) {
    const done =
      spill.body === null ? await settleUnanswered(parts, spill) : await commit(parts, spill);
    if (done) await spills.remove(spill.path);
  }
}

/** Whether the file may go. */
async function commit(parts: ReplayParts, spill: FoundSpill): Promise<boolean> {
  const { store, ring, limits, owner, onEvent } = parts;
  const { name, epoch, generation, attempt, spentPrint } = spill.header;
  const tokens = spill.body === null ? null : readTokens(spill.body.answer);
  if (spill.body === null || tokens === null) return settleUnanswered(parts, spill);
  const { record } = await store.read(name);
  if (record === null) return false;
  if (record.fields['last_attempt'] === attempt) return true;
  const current = record.epoch === epoch && record.generation === generation;
  if (!current) return settleStale(parts, spill);
  const refreshToken = tokens.refreshToken ?? openToken(ring, name, record, 'rt');
  const slot = { name, epoch, generation: generation + 1 };
  const times = { issuedAtMs: spill.body.mintedAtMs, ageKnown: true };
  const fields = sealTokens(ring, slot, { ...tokens, refreshToken }, times, limits);
  const reply = await store.commit({ name, epoch, generation, attempt }, spentPrint, {
    ...fields,
    refreshed_by: owner,
  });
  // Lost by Redis since it was read: whoever holds it puts it back, and the next replay follows.
  if (reply.kind === 'behind') return false;
  if (reply.kind === 'stale') return settleStale(parts, spill);
  await parts.copies.keep(name, reply.record);
  onEvent({ credential: name, kind: 'spill-replayed', generation: reply.record.generation });
  await parts.onCommitted(name);
  return true;
}

const keepStaleMs = 24 * 3_600_000;

/** An answer that came too late is kept for a day: a rollback may make it the newest again. */
async function settleStale(parts: ReplayParts, spill: FoundSpill): Promise<boolean> {
  const { record } = await parts.store.read(spill.header.name);
  const askedAtMs = spill.body?.mintedAtMs ?? 0;
  return record !== null && record.refreshedAtMs - askedAtMs > keepStaleMs;
}

/**
 * An attempt without an answer. Its file goes once its generation is over or nothing was sent;
 * until then it is the proof that something was, should Redis have forgotten.
 */
async function settleUnanswered(parts: ReplayParts, spill: FoundSpill): Promise<boolean> {
  const { store, owner, onEvent } = parts;
  const { name, epoch, generation, attempt, sent, resend, spentPrint } = spill.header;
  const { record, intent, leased } = await store.read(name);
  if (record === null) return false;
  if (compareStamps(record, { epoch, generation }) > 0) return true;
  if (leased && intent?.attempt === attempt) return false;
  const answered =
    record.fields['last_fail'] === attempt && record.fields['err_class'] !== 'lost' && !resend;
  if (answered) return true;
  // Its process may just be about to begin.
  if (!sent) return spill.ageMs > parts.limits.maxHoldMs;
  const parked = await store.park({ name, epoch, generation, attempt }, spentPrint, owner, resend);
  if (parked) onEvent({ credential: name, kind: 'alert', what: 'a lost send was parked again' });
  return false;
}
