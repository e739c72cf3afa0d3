import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { isStoreDown } from './credential.ts';
import type { OnCredentialEvent } from './events.ts';
import type { Gate } from './gate.ts';
import type { Pool } from './pool.ts';
import { type Reactive, type ReactiveMemory, startMemory } from './reactive.ts';
import type { RedisCredentials } from './redis-store.ts';
import type { RedisTime } from './redis-time.ts';
import type { CredentialTimings } from './timings.ts';
import type { Advice, Refusal, StampedToken } from './token.ts';
import { pause } from './waiters.ts';

export interface SessionParts {
  readonly pool: Pool;
  readonly gate: Gate;
  readonly store: RedisCredentials;
  readonly reactive: Reactive;
  readonly clock: Clock;
  readonly time: RedisTime;
  readonly limits: CredentialTimings;
  readonly onEvent: OnCredentialEvent;
  /** Generations some request of this process already succeeded with. */
  readonly proven: Map<string, string>;
}

/** One request's way through the pool: which tokens it was given, and what to do when one is refused. */
export class CredentialSession {
  readonly #parts: SessionParts;
  readonly #request: {
    readonly conversation: string;
    readonly model: string;
    readonly prompt: string;
  };
  /** Members this request is done with. */
  readonly #tried = new Set<string>();
  readonly #memory: ReactiveMemory = startMemory();
  #reloaded = false;

  constructor(
    parts: SessionParts,
    request: { readonly conversation: string; readonly model: string; readonly prompt: string },
  ) {
    this.#parts = parts;
    this.#request = request;
  }

  /**
   * A token to send with, as a rule at once from memory. Throws CREDENTIAL_WAIT when no member can
   * serve within `callerMs`, and the signal's reason.
   */
  async acquire(signal: AbortSignal): Promise<StampedToken> {
    return this.ready(signal) ?? this.#wait(signal);
  }

  /** The same without any wait, where that is possible; else null. Throws the signal's reason. */
  ready(signal: AbortSignal): StampedToken | null {
    if (signal.aborted) signal.throwIfAborted();
    return this.#tried.size === 0 ? this.#parts.pool.ready() : null;
  }

  async #wait(signal: AbortSignal): Promise<StampedToken> {
    const { pool, clock, time, limits } = this.#parts;
    const { conversation, model } = this.#request;
    const endMs = clock.monotonic() + limits.callerMs;
    for (;;) {
      signal.throwIfAborted();
      for (const member of pool.candidates(conversation, model, this.#tried)) {
        const token = await member.serve(endMs - clock.monotonic(), signal);
        if (token !== null) return token;
      }
      const soonest = pool.soonestMs(this.#tried);
      const waitMs = soonest === null ? null : Math.max(1, soonest - time.now());
      if (waitMs === null || clock.monotonic() + waitMs > endMs) throw await this.#none(waitMs);
      await pause(clock, waitMs, signal);
    }
  }

  /** What to do after the API refused `token`. Never throws but for the signal's reason. */
  async refused(token: StampedToken, refusal: Refusal, signal: AbortSignal): Promise<Advice> {
    try {
      return await this.#advise(token, refusal, signal);
    } catch (error) {
      if (!isStoreDown(error)) throw error;
      return refusal.class === 'bad-credentials' ? 'wait' : 'give-up';
    }
  }

  /** A request with this token succeeded. Costs one command per generation and process. */
  accepted(token: StampedToken): void {
    const { proven, store } = this.#parts;
    const stamp = `${token.epoch}.${token.generation}`;
    if (proven.get(token.credential) === stamp) return;
    proven.set(token.credential, stamp);
    const { credential: name, epoch, generation } = token;
    store.accepted({ name, epoch, generation }).catch(() => proven.delete(name));
  }

  async #advise(token: StampedToken, refusal: Refusal, signal: AbortSignal): Promise<Advice> {
    const { pool, limits, onEvent } = this.#parts;
    const { credential } = token;
    const { model, prompt } = this.#request;
    switch (refusal.class) {
      case 'bad-credentials': {
        if (refusal.streamed) return 'give-up';
        const member = pool.find(credential);
        if (member?.kind === 'key') return this.#refusedKey(token);
        const { reactive, clock } = this.#parts;
        const startedMs = clock.monotonic();
        const next = await reactive.decide(
          pool.credential(credential),
          token,
          this.#memory,
          prompt,
          signal,
        );
        if (next === 'again') {
          const tookMs = Math.round(clock.monotonic() - startedMs);
          onEvent({ credential, kind: 'resumed', tookMs });
        }
        return next === 'next-member' ? this.#next(token, 'wait', 'bad-credentials') : next;
      }
      case 'no-credentials':
        onEvent({ credential, kind: 'no-credentials' });
        if (this.#reloaded || refusal.streamed) return 'give-up';
        this.#reloaded = true;
        await pool.reloadOne(credential);
        return 'again';
      case 'invalid-api-key':
        return this.#refusedKey(token);
      case 'quota': {
        const reset =
          refusal.resetAtMs === undefined ? null : refusal.resetAtMs - this.#parts.clock.now();
        const ms = Math.max(1000, refusal.retryAfterMs ?? reset ?? limits.quotaMs);
        const until = await pool.bench(token, 'quota', model, ms, limits.onlyMemberQuotaMs);
        onEvent({
          credential,
          kind: 'cooled',
          scope: 'credential',
          reason: 'quota',
          untilMs: until,
        });
        return refusal.streamed ? 'give-up' : this.#next(token, 'give-up', 'quota');
      }
      case 'entitlement': {
        const ms = limits.entitlementMs;
        const until = await pool.bench(token, 'entitlement', model, ms, ms);
        onEvent({
          credential,
          kind: 'cooled',
          scope: 'model',
          reason: 'entitlement',
          untilMs: until,
        });
        return refusal.streamed ? 'give-up' : this.#next(token, 'give-up', 'entitlement');
      }
      case 'rate-limited': {
        const ms = refusal.retryAfterMs ?? limits.rateMs;
        const until = await pool.bench(token, 'rate', model, ms, ms);
        onEvent({
          credential,
          kind: 'cooled',
          scope: 'team',
          reason: 'rate-limited',
          untilMs: until,
        });
        return refusal.streamed ? 'give-up' : this.#next(token, 'give-up', 'rate-limited');
      }
      case 'forbidden':
      case 'model-unavailable':
        onEvent({ credential, kind: refusal.class, model });
        return 'give-up';
      case 'safety':
      case 'context-too-long':
      case 'stale-reasoning':
      case 'invalid-request':
      case 'transient':
        return 'give-up';
    }
  }

  /** The key is out until it is replaced or enabled; a sign-in that gets this answer is only passed over. */
  async #refusedKey(token: StampedToken): Promise<Advice> {
    const { pool, store } = this.#parts;
    const member = pool.find(token.credential);
    if (member?.kind === 'key') {
      const { credential: name, epoch, generation } = token;
      const done = await store.reject({ name, epoch, generation }, this.#request.prompt, 'key');
      await member.reload();
      if (done.kind === 'out') {
        this.#parts.onEvent({
          credential: name,
          kind: 'quarantined',
          reason: done.reason,
          epoch,
          generation,
        });
      }
    }
    return this.#next(token, 'give-up', 'invalid-api-key');
  }

  /** Passes on to the next member, if there is one that can serve. */
  async #next(token: StampedToken, otherwise: Advice, reason: string): Promise<Advice> {
    const { pool, gate } = this.#parts;
    const { conversation, model } = this.#request;
    this.#tried.add(token.credential);
    if (pool.candidates(conversation, model, this.#tried).length > 0) return 'again';
    const closed = await gate.close(reason, token.credential);
    return closed && reason === 'invalid-api-key' ? 'wait' : otherwise;
  }

  async #none(waitMs: number | null): Promise<BridgeError> {
    const { gate, pool } = this.#parts;
    const states = pool.members.map((m) => `${m.name} ${m.record?.state ?? 'unknown'}`).join(', ');
    await gate.close('no-credential', pool.members[0]?.name ?? '').catch(() => undefined);
    return new BridgeError(
      'CREDENTIAL_WAIT',
      `no credential can serve now (${states === '' ? 'none is signed in' : states}); ` +
        'the prompt waits; if this lasts, run: npm run login',
      waitMs === null ? {} : { retryAfterMs: waitMs },
    );
  }
}
