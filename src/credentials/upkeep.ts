import type { Redis } from 'ioredis';

import type { Clock } from '../clock.ts';
import { isBridgeError } from '../errors.ts';
import type { CredentialTimings } from './timings.ts';

/** Runs `work` again and again until it is disposed; a failure waits for the next round. */
export class Upkeep implements AsyncDisposable {
  readonly #stop = new AbortController();
  readonly #rounds: Promise<void>[] = [];
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #failed: (why: string) => void;

  constructor(clock: Clock, random: () => number, failed: (why: string) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#failed = failed;
  }

  every(ms: number, work: () => Promise<void>): void {
    this.#rounds.push(this.#repeat(ms, work));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.#rounds);
  }

  async #repeat(ms: number, work: () => Promise<void>): Promise<void> {
    for (;;) {
      try {
        await this.#clock.sleep(ms * (0.9 + 0.2 * this.#random()), this.#stop.signal);
      } catch {
        return;
      }
      try {
        await work();
      } catch (error) {
        // Redis away is told by those who need it; the next round tries again.
        if (isBridgeError(error, 'REDIS_UNREACHABLE')) continue;
        this.#failed(error instanceof Error ? error.message : String(error));
      }
    }
  }
}

/** Since when this process has been connected: what it knows of Redis may be older than that. */
export class Connection {
  readonly #redis: Redis;
  readonly #clock: Clock;
  #readyAtMs: number;
  /** Refreshing is held from then on; null: it never was. */
  #heldFromMs: number | null = null;
  #losses = 0;
  #returned: (() => Promise<void>) | null = null;

  constructor(redis: Redis, clock: Clock) {
    this.#redis = redis;
    this.#clock = clock;
    this.#readyAtMs = clock.monotonic();
    redis.on('close', this.#onClose);
    redis.on('ready', this.#onReady);
  }

  /** Redis has run for the fleet for so long only: as after a lost connection. */
  freshFor(ms: number): void {
    this.#heldFromMs = Math.max(this.#heldFromMs ?? -Infinity, this.#clock.monotonic() - ms);
  }

  /** Is called each time the connection is back. */
  onReturn(work: () => Promise<void>): void {
    this.#returned = work;
  }

  /** How often the connection was lost. Leave that was given before a loss is worth nothing after it. */
  get losses(): number {
    return this.#losses;
  }

  /** After a loss the owners of running exchanges get time to say so again. */
  mayRefresh(limits: CredentialTimings): boolean {
    if (this.#redis.status !== 'ready') return false;
    if (this.#heldFromMs === null) return true;
    return this.#clock.monotonic() - this.#heldFromMs >= limits.reconnectHoldMs;
  }

  mayResend(limits: CredentialTimings): boolean {
    const forMs = this.#clock.monotonic() - this.#readyAtMs;
    return this.#redis.status === 'ready' && forMs >= limits.resendHoldMs;
  }

  [Symbol.dispose](): void {
    this.#redis.off('close', this.#onClose);
    this.#redis.off('ready', this.#onReady);
  }

  // Until it is back nothing is refreshed anyway.
  readonly #onClose = () => {
    this.#losses += 1;
    this.#heldFromMs = this.#clock.monotonic();
  };

  readonly #onReady = () => {
    this.#readyAtMs = this.#clock.monotonic();
    if (this.#heldFromMs !== null) this.#heldFromMs = this.#readyAtMs;
    // It fails when Redis went away again, and is called again then.
    this.#returned?.().catch(() => undefined);
  };
}
