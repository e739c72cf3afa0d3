import type { Clock } from '../clock.ts';
import { isBridgeError } from '../errors.ts';
import type { OnCredentialEvent, RefreshReason } from './events.ts';
import type { Exchange } from './exchange.ts';
import type { KeyRing } from './key-ring.ts';
import { openToken } from './minted.ts';
import { type CredentialRecord, compareStamps } from './record.ts';
import type { RedisCredentials } from './redis-store.ts';
import type { RedisTime } from './redis-time.ts';
import { Refresher, type RefreshResult } from './refresher.ts';
import type { CredentialTimings } from './timings.ts';
import type { StampedToken } from './token.ts';
import { orGiveUp, type Waiters } from './waiters.ts';

export interface CredentialParts {
  readonly store: RedisCredentials;
  readonly exchange: Exchange;
  readonly ring: KeyRing;
  readonly time: RedisTime;
  readonly clock: Clock;
  readonly limits: CredentialTimings;
  readonly waiters: Waiters;
  readonly onEvent: OnCredentialEvent;
  readonly random: () => number;
  /** Whether refreshing, and whether re-sending, may be begun here and now. */
  readonly mayRefresh: () => boolean;
  readonly mayResend: () => boolean;
  /** Keeps a sealed copy of a generation that this process saw for the first time. */
  readonly keepCopy: (name: string, record: CredentialRecord) => void;
}

/** One sign-in as this process knows it: the newest generation it saw, and how to get a newer one. */
export class Credential {
  readonly name: string;
  readonly kind = 'oauth' as const;
  readonly #parts: CredentialParts;
  readonly #refresher: Refresher;
  #record: CredentialRecord | null = null;
  #confirmed: CredentialRecord | null = null;
  #token: StampedToken | null = null;
  #provisional = false;
  #reading: Promise<void> | null = null;
  #nextReading: Promise<void> | null = null;

  constructor(name: string, parts: CredentialParts) {
    this.name = name;
    this.#parts = parts;
    this.#refresher = new Refresher(this, parts);
  }

  get record(): CredentialRecord | null {
    return this.#record;
  }

  /** The newest that Redis has told of. */
  get confirmed(): CredentialRecord | null {
    return this.#confirmed;
  }

  /** The newest token this process knows of, whether or not it still opens anything. */
  get token(): StampedToken | null {
    return this.#token;
  }

  /** The token, if it serves as it is. Synchronous, no Redis: the way of nearly every request. */
  current(): StampedToken | null {
    const record = this.#record;
    if (record === null || record.rejected) return null;
    if (record.state !== 'active' && record.state !== 'at_only') return null;
    return this.#parts.time.now() < record.expiresAtMs ? this.#token : null;
  }

  /** The token, if it serves and nobody need wait for another: what nearly every request is given. */
  ready(): StampedToken | null {
    const record = this.#record;
    if (record === null || record.state !== 'active' || record.rejected) return null;
    return this.#parts.time.now() < record.mandatoryAtMs ? this.#token : null;
  }

  /** Whether callers should wait for a refresh before they use the token. */
  isMandatory(): boolean {
    const record = this.#record;
    if (record === null || record.state !== 'active') return false;
    return this.current() === null || this.#parts.time.now() >= record.mandatoryAtMs;
  }

  /** A token to send with, after a refresh where one is needed; null when there is none to be had. */
  async serve(ms: number, signal: AbortSignal): Promise<StampedToken | null> {
    const now = this.current();
    const record = this.#record;
    if (now !== null && !this.isMandatory()) return now;
    if (record?.state !== 'active') return now;
    // While a failure's wait lasts a living token is served without asking anybody.
    if (now !== null && this.#parts.time.now() < this.quietUntilMs()) return now;
    await orGiveUp(this.refresh('mandatory', record), this.#parts.clock, ms, signal);
    return this.current();
  }

  /** Brings a newer generation than `seen`, by whoever has it; never rejects. */
  async refresh(
    reason: RefreshReason,
    seen: { readonly epoch: number; readonly generation: number },
  ): Promise<RefreshResult> {
    return this.#refresher.refresh(reason, seen);
  }

  /** Until then there is no point in asking again, by Redis' clock. */
  quietUntilMs(): number {
    return this.#refresher.quietUntilMs();
  }

  /** Ends when no refresh runs here any more. */
  async settled(): Promise<void> {
    await this.#refresher.settled();
  }

  /** Reads the record, not before this call; those who ask at once share a read. Throws REDIS_UNREACHABLE. */
  async reload(): Promise<void> {
    if (this.#reading === null) {
      this.#reading = this.#read().finally(() => {
        this.#reading = null;
      });
      return this.#reading;
    }
    // The read under way may have seen what was before the caller's news.
    const after = async () => {
      this.#nextReading = null;
      return this.reload();
    };
    this.#nextReading ??= this.#reading.then(after, after);
    return this.#nextReading;
  }

  /** Takes a record that Redis confirmed; false when this process knows a newer one. */
  adopt(record: CredentialRecord): boolean {
    const order = orderOf(record, this.#record);
    if (order < 0) return false;
    const same = record.accessPrint === this.#record?.accessPrint && record.state !== 'removed';
    const known = order === 0 && this.#token !== null && same;
    const token = known ? this.#token : this.#open(record);
    this.#record = record;
    this.#token = token;
    this.#provisional = false;
    const before = this.#confirmed;
    this.#confirmed = record;
    this.#tell(before, record);
    return true;
  }

  /** Takes tokens that are on disk and not in Redis yet. */
  adoptProvisional(record: CredentialRecord): void {
    if (this.#record !== null && compareStamps(record, this.#record) <= 0) return;
    this.#token = this.#open(record);
    this.#record = record;
    this.#provisional = true;
    this.#parts.waiters.tell(this.name);
  }

  async #read(): Promise<void> {
    const { record } = await this.#parts.store.read(this.name);
    if (record !== null && this.adopt(record)) return;
    if (this.#record === null || this.#provisional) return;
    // Older than what was seen here. A commit may just have overtaken this read: look again.
    const again = await this.#parts.store.read(this.name);
    if (again.record !== null && this.adopt(again.record)) return;
    await this.#repair(again.record);
  }

  /** Redis lost a generation that this process saw: it is put back from memory. */
  async #repair(stored: CredentialRecord | null): Promise<void> {
    const { store, onEvent, limits } = this.#parts;
    const mine = this.#record;
    if (mine === null || mine.state === 'removed' || this.#provisional) return;
    const of = (r: CredentialRecord | null) => (r === null ? 'none' : `${r.epoch}.${r.generation}`);
    onEvent({ credential: this.name, kind: 'rollback', stored: of(stored), seen: of(mine) });
    // Held for a while: an owner that has sent its token must have time to say so again.
    if (!(await store.restore(mine, this.name, limits.restoreHoldMs))) return;
    const { epoch, generation } = mine;
    onEvent({ credential: this.name, kind: 'restored', epoch, generation, from: 'memory' });
  }

  #open(record: CredentialRecord): StampedToken | null {
    if (record.accessSealed === '') return null;
    return {
      secret: openToken(this.#parts.ring, this.name, record, 'at'),
      credential: this.name,
      epoch: record.epoch,
      generation: record.generation,
      ...(record.team === '' ? {} : { team: record.team }),
    };
  }

  #tell(before: CredentialRecord | null, record: CredentialRecord): void {
    const { onEvent, waiters, keepCopy } = this.#parts;
    const credential = this.name;
    const { epoch, generation } = record;
    if (orderOf(record, before) > 0) {
      if (before !== null) onEvent({ credential, kind: 'adopted', epoch, generation });
      if (record.state !== 'removed') keepCopy(credential, record);
      waiters.tell(credential);
    }
    if (before !== null && isRecovery(before, record)) {
      onEvent({ credential, kind: 'recovered', epoch, generation });
    }
    if (before?.state === record.state) return;
    if (record.state === 'quarantined') {
      const reason = record.reason;
      if (reason === 'auth-loop') onEvent({ credential, kind: 'auth-loop', epoch, generation });
      onEvent({ credential, kind: 'quarantined', reason, epoch, generation });
    } else if (record.state === 'at_only') {
      onEvent({ credential, kind: 'at-only', untilMs: record.expiresAtMs, epoch, generation });
    }
  }
}

function orderOf(record: CredentialRecord, before: CredentialRecord | null): number {
  return before === null ? 1 : compareStamps(record, before);
}

/** Only a newer token ends an incident: a member that was enabled by hand has yet to show that it serves. */
function isRecovery(before: CredentialRecord, record: CredentialRecord): boolean {
  if (record.state !== 'active' || compareStamps(record, before) <= 0) return false;
  const { epoch, generation } = record;
  const lost =
    (before.lostGeneration > 0 && before.lostGeneration === before.generation) ||
    (before.epoch === epoch && record.lostGeneration === generation - 1);
  return before.state === 'at_only' || before.state === 'quarantined' || lost;
}

/** Whether an error only says that Redis did not answer. */
export function isStoreDown(error: unknown): boolean {
  return isBridgeError(error, 'REDIS_UNREACHABLE');
}
