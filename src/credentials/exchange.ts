import { randomUUID } from 'node:crypto';

import { isBridgeError } from '../errors.ts';
import { ask } from './ask.ts';
import type { RefreshReason } from './events.ts';
import type { ExchangeOutcome, ExchangeParts, Won } from './exchange-parts.ts';
import { Heartbeat } from './heartbeat.ts';
import { keep } from './keep.ts';
import type { CredentialRecord } from './record.ts';
import type { BeginReply, Fence } from './replies.ts';
import { backoffMs } from './schedule.ts';
import type { Spill } from './spill.ts';
import type { Verdict } from './verdict.ts';

/**
 * Spends a refresh token and keeps what comes back, in an order that a crash at any point survives:
 * room on disk, intent, `sent`, request, answer on disk, commit. Knows no caller's signal: once the
 * token left, this runs to its end.
 */
export class Exchange {
  readonly #parts: ExchangeParts;
  /** The attempts that run here; their spill files are theirs. */
  readonly live = new Set<string>();
  /** The attempts that ended here without an answer. */
  readonly lost = new Set<string>();
  /** Files that go once the sealed copy of what was committed is on disk. */
  readonly #tidying = new Set<Promise<void>>();

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** One refresh of the generation `seen`, if Redis grants it. Throws REDIS_UNREACHABLE before anything is spent. */
  async refresh(
    seen: { name: string; epoch: number; generation: number },
    reason: RefreshReason,
  ): Promise<ExchangeOutcome> {
    const { store, owner } = this.#parts;
    return this.#attempt(seen, reason, async (fence) => store.begin(fence, reason, owner));
  }

  /** The one re-send of a generation whose answer was lost in attempt `lost`, if Redis grants it. */
  async resend(
    seen: { name: string; epoch: number; generation: number },
    lost: string,
    mode: 'owner' | 'stranger',
    lifeMs: number,
  ): Promise<ExchangeOutcome> {
    const { store, owner, limits } = this.#parts;
    const near = Math.min(limits.lastResortMs, 0.1 * lifeMs);
    return this.#attempt(seen, 'last-resort', async (fence): Promise<BeginReply> => {
      const reply = await store.resolve(fence, lost, owner, mode, near);
      switch (reply.kind) {
        case 'won':
        case 'busy':
          return reply;
        case 'stale':
          return { kind: 'newer' };
        case 'spent':
          return { kind: 'terminal', state: 'quarantined', reason: 'answer-lost' };
        case 'parked':
          return { kind: 'backoff', untilMs: reply.untilMs, code: 'parked' };
      }
    });
  }

  /** Resolves when nothing is left to write or remove. */
  async settled(): Promise<void> {
    await Promise.all(this.#tidying);
  }

  async #attempt(
    seen: { name: string; epoch: number; generation: number },
    reason: RefreshReason,
    claim: (fence: Fence) => Promise<BeginReply>,
  ): Promise<ExchangeOutcome> {
    // Before the first wait: the caller has just looked whether Redis may be believed.
    const losses = this.#parts.losses();
    const fence: Fence = { ...seen, attempt: randomUUID() };
    const endpoint = await this.#endpoint();
    if (typeof endpoint === 'string') return { kind: 'deferred', why: endpoint };
    this.live.add(fence.attempt);
    let spill: Spill | null = null;
    try {
      spill = await this.#reserve(fence, reason === 'last-resort');
      if (spill === null && reason === 'proactive') return { kind: 'deferred', why: 'spill' };
      const claimed = await claim(fence).catch(async (error: unknown) => {
        await spill?.discard();
        throw error;
      });
      if (claimed.kind !== 'won') {
        await spill?.discard();
        return claimed;
      }
      return await this.#spend({ fence, record: claimed.record, reason, spill, losses }, endpoint);
    } finally {
      await spill?.leave();
      this.live.delete(fence.attempt);
    }
  }

  async #spend(won: Won, endpoint: URL): Promise<ExchangeOutcome> {
    const { clock, store, owner, limits, onEvent } = this.#parts;
    const startedMs = clock.monotonic();
    await using heart = new Heartbeat(clock, limits, async (phase, sentAtMs) =>
      store.renew(won.fence, owner, phase, sentAtMs, won.reason),
    );
    const askedMs = clock.monotonic();
    const { verdict, askedAtMs } = await ask(this.#parts, won, endpoint, heart);
    const answeredMs = clock.monotonic();
    if (verdict.kind !== 'minted') {
      // A last beat must not take up again the lease that the failure lets go.
      await heart[Symbol.asyncDispose]();
      return await this.#end(won, verdict);
    }
    const outcome = await keep(this.#parts, won, verdict.tokens, askedAtMs);
    if (outcome.kind === 'refreshed') {
      this.#tidy(won, outcome.record);
      onEvent({
        credential: won.fence.name,
        kind: 'refreshed',
        reason: won.reason,
        generation: outcome.record.generation,
        tookMs: Math.round(clock.monotonic() - startedMs),
        exchangeMs: Math.round(answeredMs - askedMs),
        commitMs: Math.round(clock.monotonic() - answeredMs),
        rotated: verdict.tokens.refreshToken !== null,
      });
    }
    return outcome;
  }

  /** Nobody waits for this: the answer is on disk until its copy is. */
  #tidy({ fence, spill }: Won, record: CredentialRecord): void {
    const tidied = this.#parts.copies
      .keep(fence.name, record)
      .then(async () => spill?.discard())
      .catch((error: unknown) => this.#alert(fence.name, messageOf(error)))
      .finally(() => this.#tidying.delete(tidied));
    this.#tidying.add(tidied);
  }

  async #end(won: Won, verdict: Exclude<Verdict, { kind: 'minted' }>): Promise<ExchangeOutcome> {
    const { store, time, random, clock, limits, owner, onEvent } = this.#parts;
    const urgent = won.record.mandatoryAtMs <= time.now() || won.record.rejected;
    const waitMs = waitAfter(verdict, won.record.failures + 1, urgent, random());
    const error = {
      class: verdict.kind === 'refused' ? verdict.class : verdict.kind,
      code: verdict.code,
      waitMs,
    };
    const outcome = outcomeOf(verdict);
    for (let tries = 0; ; tries += 1) {
      try {
        const reply = await store.fail(won.fence, won.record.refreshPrint, outcome, error);
        // The file stays as the proof of a send that must not be forgotten, should Redis forget it.
        const final = won.reason === 'last-resort' && outcome === 'dead';
        await (outcome === 'ambiguous' || final ? won.spill?.leave() : won.spill?.discard());
        if (outcome === 'ambiguous') this.lost.add(won.fence.attempt);
        if (reply.kind === 'stale') {
          // Redis may have forgotten the attempt: that the token left must be known all the same.
          if (outcome === 'ambiguous') {
            const resend = won.reason === 'last-resort';
            await store.park(won.fence, won.record.refreshPrint, owner, resend);
          }
          return { kind: 'newer' };
        }
        const { class: failed, code } = error;
        const { name: credential } = won.fence;
        onEvent({
          credential,
          kind: 'refresh-failed',
          reason: won.reason,
          class: failed,
          code,
          waitMs,
        });
        return verdict.kind === 'lost' && reply.state === 'active'
          ? { kind: 'ambiguous', attempt: won.fence.attempt, sentAtMs: time.now(), resends: 0 }
          : { kind: 'failed', state: reply.state, code };
      } catch (failure) {
        if (!isBridgeError(failure, 'REDIS_UNREACHABLE') || tries >= 5) throw failure;
        await clock.sleep(Math.min(limits.commitRetryMinMs * 2 ** tries, limits.commitRetryMaxMs));
      }
    }
  }

  async #reserve(fence: Fence, resend: boolean): Promise<Spill | null> {
    try {
      return await this.#parts.spills.open({ ...fence, resend, spentPrint: '' });
    } catch (error) {
      this.#alert(fence.name, `no room for an answer under DATA_DIR/spill: ${messageOf(error)}`);
      return null;
    }
  }

  async #endpoint(): Promise<URL | string> {
    try {
      return await this.#parts.endpoint();
    } catch (error) {
      return messageOf(error);
    }
  }

  #alert(credential: string, what: string): void {
    this.#parts.onEvent({ credential, kind: 'alert', what });
  }
}

function outcomeOf(verdict: Exclude<Verdict, { kind: 'minted' }>) {
  switch (verdict.kind) {
    case 'dead':
      return 'dead' as const;
    case 'refused':
      return 'answered' as const;
    case 'not-sent':
      return 'not-sent' as const;
    case 'lost':
      return 'ambiguous' as const;
  }
}

const halfHourMs = 30 * 60_000;

function waitAfter(
  verdict: Exclude<Verdict, { kind: 'minted' }>,
  failures: number,
  urgent: boolean,
  share: number,
): number {
  const usual = backoffMs(failures, urgent, share);
  if (verdict.kind !== 'refused') return usual;
  if (verdict.class === 'client-rejected') return Math.max(usual, halfHourMs);
  if (verdict.class === 'tier-denied') return Math.max(usual, 2 * halfHourMs);
  return Math.max(usual, verdict.retryAfterMs ?? 0);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
