import type { Clock } from '../clock.ts';
import type { Credential } from './credential.ts';
import type { OnCredentialEvent } from './events.ts';
import { compareStamps } from './record.ts';
import type { RedisCredentials } from './redis-store.ts';
import type { RedisTime } from './redis-time.ts';
import type { RefreshResult } from './refresher.ts';
import type { CredentialTimings } from './timings.ts';
import type { Advice, StampedToken } from './token.ts';
import { orGiveUp, pause } from './waiters.ts';

/** What one request remembers of its refusals, by credential. */
export type ReactiveMemory = Map<string, { refusals: number; waits: number; last: string }>;

export function startMemory(): ReactiveMemory {
  return new Map();
}

export interface ReactiveParts {
  readonly store: RedisCredentials;
  readonly clock: Clock;
  readonly time: RedisTime;
  readonly limits: CredentialTimings;
  readonly onEvent: OnCredentialEvent;
  readonly random: () => number;
}

/** Decides what a `bad-credentials` refusal means, by the stamp of the token that was refused. */
export class Reactive {
  readonly #parts: ReactiveParts;

  constructor(parts: ReactiveParts) {
    this.#parts = parts;
  }

  /** `next-member`: this request is done with the credential. */
  async decide(
    credential: Credential | undefined,
    token: StampedToken,
    memory: ReactiveMemory,
    request: string,
    signal: AbortSignal,
  ): Promise<Advice | 'next-member'> {
    const record = credential?.record;
    if (credential === undefined || record === null || record === undefined) return 'next-member';
    const stamp = `${token.epoch}.${token.generation}`;
    const known = memory.get(token.credential) ?? { refusals: 0, waits: 0, last: '' };
    memory.set(token.credential, known);
    const repeated = known.last === stamp;
    if (!repeated) {
      known.refusals += 1;
      known.last = stamp;
    }
    if (compareStamps(record, token) > 0) {
      const { generation } = token;
      this.#parts.onEvent({ credential: credential.name, kind: 'stale-retry', generation });
      // Two of them were refused: a third belongs to the next attempt at this prompt.
      return known.refusals > 1 ? 'next-member' : 'again';
    }
    if (record.state !== 'active') return this.#hopeless(credential, token, request);
    if (this.#isFresh(credential) && (await this.#guard(known, signal))) {
      await credential.reload();
      return 'again';
    }
    if (known.refusals > 1) return this.#secondRefusal(credential, token, request);
    const reason = known.waits > 0 ? 'reactive-after-guard' : 'reactive';
    return this.#refresh(credential, token, reason, known, request, signal);
  }

  async #refresh(
    credential: Credential,
    token: StampedToken,
    reason: 'reactive' | 'reactive-after-guard',
    known: { waits: number },
    request: string,
    signal: AbortSignal,
  ): Promise<Advice | 'next-member'> {
    const { clock, limits } = this.#parts;
    const asked = credential.refresh(reason, token);
    const result: RefreshResult | null = await orGiveUp(asked, clock, limits.callerMs, signal);
    if (result === null) return 'wait';
    switch (result.kind) {
      case 'fresh':
        return 'again';
      case 'guard':
        // Redis knows a younger mint than this process did.
        if (await this.#guard(known, signal)) return 'again';
        return this.#refresh(credential, token, 'reactive-after-guard', known, request, signal);
      case 'loop':
        await this.#reject(credential, token, request, 'loop');
        return 'next-member';
      case 'out':
        return this.#hopeless(credential, token, request);
      case 'ambiguous':
        return this.#lost(credential, token, request, signal);
      case 'wait':
        return 'next-member';
    }
  }

  /** The refused token is the last there is, and its successor's answer was lost: the re-send is due. */
  async #lost(
    credential: Credential,
    token: StampedToken,
    request: string,
    signal: AbortSignal,
  ): Promise<Advice | 'next-member'> {
    const { clock, limits } = this.#parts;
    if (credential.record?.rejected === true) return 'next-member';
    await this.#reject(credential, token, request, 'dead');
    const asked = credential.refresh('reactive-after-guard', token);
    const result = await orGiveUp(asked, clock, limits.callerMs, signal);
    return result?.kind === 'fresh' ? 'again' : 'next-member';
  }

  /** Nothing to refresh with. A refusal of the very generation takes the last access token out, too. */
  async #hopeless(
    credential: Credential,
    token: StampedToken,
    request: string,
  ): Promise<'next-member'> {
    if (credential.record?.state === 'at_only') {
      await this.#reject(credential, token, request, 'dead');
    }
    return 'next-member';
  }

  /** A newer generation was refused, too: this request refreshes no more. */
  async #secondRefusal(
    credential: Credential,
    token: StampedToken,
    request: string,
  ): Promise<'next-member'> {
    await this.#reject(credential, token, request, 'again');
    return 'next-member';
  }

  async #reject(
    credential: Credential,
    token: StampedToken,
    request: string,
    mode: 'again' | 'loop' | 'dead',
  ): Promise<void> {
    const { credential: name, epoch, generation } = token;
    const done = await this.#parts.store.reject({ name, epoch, generation }, request, mode);
    if (done.kind !== 'noted' || mode === 'dead') await credential.reload();
  }

  /** A new token may take a while to be known everywhere. An imported one has no known age. */
  #isFresh(credential: Credential): boolean {
    const record = credential.record;
    if (record === null || record.mintedAtMs === 0) return false;
    return this.#parts.time.now() - record.mintedAtMs < this.#parts.limits.guardMs;
  }

  /** Waits once more, if this request has a wait left. */
  async #guard(known: { waits: number }, signal: AbortSignal): Promise<boolean> {
    const { clock, limits, random } = this.#parts;
    const ms = limits.guardWaitsMs[known.waits];
    if (ms === undefined) return false;
    known.waits += 1;
    await pause(clock, ms * (0.8 + 0.4 * random()), signal);
    return true;
  }
}
