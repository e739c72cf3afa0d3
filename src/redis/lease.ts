import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';

import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { Script } from './script.ts';

const renew = new Script(
  `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
   return 0`,
);

const release = new Script(
  `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
   return 0`,
);

export interface LeaseOptions {
  /** How long it outlives its holder's last renewal. */
  readonly lifeMs: number;
  readonly renewEveryMs: number;
  readonly clock: Clock;
}

/**
 * "One of us serves, the others stand by." A holder that could not renew in time must act no more:
 * `signal` aborts then, and `isHeld` says so even to a process that was frozen in between.
 */
export class Lease implements AsyncDisposable {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #options: LeaseOptions;
  readonly #holder = randomUUID();
  readonly #lost = new AbortController();
  readonly #stopped = new AbortController();
  #renewedAtMs = -Infinity;

  private constructor(redis: Redis, key: string, options: LeaseOptions) {
    this.#redis = redis;
    this.#key = key;
    this.#options = options;
  }

  /** Waits until the lease is ours, asking at the renewal's pace; rejects when `signal` aborts. */
  static async acquire(
    redis: Redis,
    key: string,
    options: LeaseOptions,
    signal: AbortSignal,
  ): Promise<Lease> {
    const lease = new Lease(redis, key, options);
    while (!(await lease.#take())) await options.clock.sleep(options.renewEveryMs, signal);
    void lease.#keep();
    return lease;
  }

  /** Aborts when the lease is lost, with `LEASE_LOST`. */
  get signal(): AbortSignal {
    return this.#lost.signal;
  }

  isHeld(): boolean {
    const age = this.#options.clock.monotonic() - this.#renewedAtMs;
    return !this.#lost.signal.aborted && age < this.#options.lifeMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    await release.run(this.#redis, [this.#key], [this.#holder]).catch(() => undefined);
  }

  async #take(): Promise<boolean> {
    const beganAtMs = this.#options.clock.monotonic();
    const { lifeMs } = this.#options;
    const answer = await this.#redis.set(this.#key, this.#holder, 'PX', lifeMs, 'NX');
    const ours = answer === 'OK' || (await this.#redis.get(this.#key)) === this.#holder;
    if (ours) this.#renewedAtMs = beganAtMs;
    return ours;
  }

  async #keep(): Promise<void> {
    const { clock, renewEveryMs, lifeMs } = this.#options;
    while (!this.#stopped.signal.aborted) {
      try {
        await clock.sleep(renewEveryMs, this.#stopped.signal);
      } catch {
        return;
      }
      const beganAtMs = clock.monotonic();
      // A Redis that is away holds the answer back: the lease runs out all the same.
      const renewed = await Promise.race([
        renew.run(this.#redis, [this.#key], [this.#holder, lifeMs]).catch(() => undefined),
        clock
          .sleep(Math.max(0, this.#renewedAtMs + lifeMs - beganAtMs), this.#stopped.signal)
          .catch(() => undefined),
      ]);
      if (this.#stopped.signal.aborted) return;
      if (renewed === 1) this.#renewedAtMs = beganAtMs;
      if (renewed === 0 || !this.isHeld()) {
        this.#lost.abort(new BridgeError('LEASE_LOST', 'Another bridge serves this account now'));
        return;
      }
    }
  }
}
