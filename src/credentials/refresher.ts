import { isBridgeError } from '../errors.ts';
import type { Credential, CredentialParts } from './credential.ts';
import type { RefreshReason } from './events.ts';
import type { ExchangeOutcome } from './exchange-parts.ts';
import { compareStamps } from './record.ts';

/** What asking for a newer generation came to. */
export type RefreshResult =
  | { kind: 'fresh' }
  | { kind: 'guard'; mintAgeMs: number }
  | { kind: 'loop' }
  | { kind: 'out'; state: string }
  | { kind: 'ambiguous'; untilMs: number }
  | { kind: 'wait'; untilMs: number; why: string };

interface Stamp {
  readonly epoch: number;
  readonly generation: number;
}

const crowd = 50;
const spreadMs = 50;

/**
 * Gets a newer generation of one credential: by an exchange of this process, or by waiting for
 * whoever has it in hand. All callers of this process with one wish share one way to it; nobody's
 * signal ends it.
 */
export class Refresher {
  readonly #credential: Credential;
  readonly #parts: CredentialParts;
  readonly #flights = new Map<
    string,
    { callers: number; readonly result: Promise<RefreshResult> }
  >();
  #quietUntilMs = 0;
  #toldAmbiguous = '';

  constructor(credential: Credential, parts: CredentialParts) {
    this.#credential = credential;
    this.#parts = parts;
  }

  /** Until then there is no point in asking again, by Redis' clock. */
  quietUntilMs(): number {
    return Math.max(this.#quietUntilMs, this.#credential.record?.nextAttemptAtMs ?? 0);
  }

  async refresh(reason: RefreshReason, seen: Stamp): Promise<RefreshResult> {
    const key = `${reason}|${seen.epoch}|${seen.generation}`;
    const flight = this.#flights.get(key) ?? this.#start(key, reason, seen);
    flight.callers += 1;
    const result = await flight.result;
    // A crowd that was kept waiting by one token must not fall upon the API in one moment.
    if (result.kind === 'fresh' && flight.callers > crowd) {
      await this.#parts.clock.sleep(spreadMs * this.#parts.random());
    }
    return result;
  }

  async settled(): Promise<void> {
    while (this.#flights.size > 0) {
      await Promise.allSettled([...this.#flights.values()].map(async ({ result }) => result));
    }
  }

  #start(key: string, reason: RefreshReason, seen: Stamp) {
    const result = this.#until(reason, { epoch: seen.epoch, generation: seen.generation })
      .catch((error: unknown) => this.#fromError(error))
      .finally(() => {
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      });
    const flight = { callers: 0, result };
    this.#flights.set(key, flight);
    return flight;
  }

  async #until(reason: RefreshReason, seen: Stamp): Promise<RefreshResult> {
    const { exchange, mayRefresh, time, limits } = this.#parts;
    const name = this.#credential.name;
    for (;;) {
      if (this.#isNewer(seen)) return { kind: 'fresh' };
      if (!mayRefresh()) {
        return this.#quiet(time.now() + limits.pollMaxMs, 'Redis was away');
      }
      const result = await this.#settle(await exchange.refresh({ name, ...seen }, reason), seen);
      if (result !== 'again') return result;
    }
  }

  /** What an exchange's outcome means here; `again` when asking once more will tell. */
  async #settle(outcome: ExchangeOutcome, seen: Stamp): Promise<RefreshResult | 'again'> {
    const { waiters, limits, random, time, onEvent } = this.#parts;
    const credential = this.#credential;
    switch (outcome.kind) {
      case 'refreshed':
        credential.adopt(outcome.record);
        return { kind: 'fresh' };
      case 'newer':
        await credential.reload();
        return this.#isNewer(seen)
          ? { kind: 'fresh' }
          : this.#quiet(time.now() + limits.pollMinMs, 'superseded');
      case 'missing':
      case 'rollback':
        await credential.reload();
        return this.#quiet(time.now() + limits.pollMinMs, outcome.kind);
      case 'busy': {
        // The news may have come while Redis was asked: then nobody would be told again.
        if (this.#isNewer(seen)) return { kind: 'fresh' };
        const poll = limits.pollMinMs + (limits.pollMaxMs - limits.pollMinMs) * random();
        await waiters.wait(credential.name, Math.max(1, Math.min(poll, outcome.leaseMs)));
        // Asking once more says what a read would say, and takes over from a holder that died.
        return 'again';
      }
      case 'ambiguous':
        return this.#lastResort(outcome, seen);
      case 'failed':
        await credential.reload();
        if (outcome.state !== 'active') return { kind: 'out', state: outcome.state };
        return { kind: 'wait', untilMs: this.quietUntilMs(), why: outcome.code };
      case 'terminal':
        await credential.reload();
        return { kind: 'out', state: outcome.state };
      case 'backoff':
        return this.#quiet(outcome.untilMs, outcome.code);
      case 'not-due':
        // A sleeping process may believe a living token mandatory; Redis' clock decides.
        return this.#quiet(Math.min(outcome.dueAtMs, time.now() + limits.pollMaxMs), 'not due');
      case 'guard':
        return outcome;
      case 'loop':
        return { kind: 'loop' };
      case 'deferred':
        onEvent({ credential: credential.name, kind: 'refresh-deferred', why: outcome.why });
        return this.#quiet(time.now() + limits.pollMaxMs * 2, outcome.why);
    }
  }

  /**
   * The refresh token was sent and its answer is lost. While the access token lives it is served
   * and nothing is sent; at its end, or once it was refused, there is one re-send in all.
   */
  async #lastResort(
    lost: Extract<ExchangeOutcome, { kind: 'ambiguous' }>,
    seen: Stamp,
  ): Promise<RefreshResult | 'again'> {
    const { exchange, limits, time, mayResend } = this.#parts;
    await this.#credential.reload();
    if (this.#isNewer(seen)) return { kind: 'fresh' };
    const record = this.#credential.record;
    if (record === null) return this.#quiet(time.now() + limits.pollMaxMs, 'missing');
    const endMs = record.expiresAtMs - Math.min(limits.lastResortMs, 0.1 * record.lifeMs);
    this.#tell(record, endMs);
    const now = time.now();
    const dead = record.rejected || now >= endMs;
    const forgiving =
      limits.forgivingToMs > 0 &&
      now >= lost.sentAtMs + limits.forgivingFromMs &&
      now <= lost.sentAtMs + limits.forgivingToMs;
    if (!dead && !forgiving) return this.#parked(Math.min(endMs, now + limits.antiEntropyMs));
    // The owner's request has ended, so it need not wait as a stranger must.
    const mine = exchange.lost.has(lost.attempt);
    if (!mine && !mayResend()) return this.#parked(now + limits.pollMaxMs);
    const name = this.#credential.name;
    const mode = mine ? 'owner' : 'stranger';
    const outcome = await exchange.resend({ name, ...seen }, lost.attempt, mode, record.lifeMs);
    if (outcome.kind === 'backoff') return this.#parked(outcome.untilMs);
    return this.#settle(outcome, seen);
  }

  #parked(untilMs: number): RefreshResult {
    this.#quietUntilMs = untilMs;
    return { kind: 'ambiguous', untilMs };
  }

  #quiet(untilMs: number, why: string): RefreshResult {
    this.#quietUntilMs = untilMs;
    return { kind: 'wait', untilMs, why };
  }

  #tell(record: Stamp, deadlineMs: number): void {
    const stamp = `${record.epoch}.${record.generation}`;
    if (this.#toldAmbiguous === stamp) return;
    this.#toldAmbiguous = stamp;
    const { epoch, generation } = record;
    this.#parts.onEvent({
      credential: this.#credential.name,
      kind: 'ambiguous',
      deadlineMs: Math.round(deadlineMs),
      epoch,
      generation,
    });
  }

  #isNewer(seen: Stamp): boolean {
    const record = this.#credential.record;
    return record !== null && compareStamps(record, seen) > 0;
  }

  /** No store, no refresh: whoever asked goes on with what it has. */
  #fromError(error: unknown): RefreshResult {
    const { time, limits, onEvent } = this.#parts;
    const why = error instanceof Error ? error.message : String(error);
    const credential = this.#credential.name;
    if (isBridgeError(error, 'REDIS_UNREACHABLE')) {
      onEvent({ credential, kind: 'refresh-deferred', why: 'Redis does not answer' });
    } else {
      onEvent({ credential, kind: 'alert', what: `a refresh broke off: ${why}` });
    }
    return this.#quiet(time.now() + limits.pollMaxMs, why);
  }
}
