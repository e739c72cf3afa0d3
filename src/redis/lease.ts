import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';

import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { Script } from './script.ts';

/** -> 2: taken from a holder that had left in order, 1: taken, or ours before, 0: somebody else's. */
const take = new Script(
  `if redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2], 'NX') then
     return 1 + redis.call('DEL', KEYS[2])
   end
   return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0`,
);

const renew = new Script(
  `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
   return 0`,
);

const release = new Script(
  `if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
   if ARGV[2] == '1' then redis.call('SET', KEYS[2], '1', 'PX', ARGV[3]) end
   return redis.call('DEL', KEYS[1])`,
);

/** How long it is known that the last holder left in order; then nobody needs to know any more. */
const leftLifeMs = 60_000;

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
  #followsInOrder = false;
  #leavesInOrder = false;

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

  /** Whether the last holder said that nothing of it can take effect any more. */
  get followsInOrder(): boolean {
    return this.#followsInOrder;
  }

  /** Tells the next holder so, once this one gives the lease back. */
  leaveInOrder(): void {
    this.#leavesInOrder = true;
  }

  isHeld(): boolean {
    const age = this.#options.clock.monotonic() - this.#renewedAtMs;
    return !this.#lost.signal.aborted && age < this.#options.lifeMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    const leaves = this.#leavesInOrder ? 1 : 0;
    await release
      .run(this.#redis, this.#keys, [this.#holder, leaves, leftLifeMs])
      .catch(() => undefined);
  }

  get #keys(): [string, string] {
    return [this.#key, `${this.#key}:left`];
  }

  async #take(): Promise<boolean> {
    const beganAtMs = this.#options.clock.monotonic();
    const { lifeMs } = this.#options;
    const answer = await take.run(this.#redis, this.#keys, [this.#holder, lifeMs]);
    if (answer === 0) return false;
    this.#followsInOrder = answer === 2;
    this.#renewedAtMs = beganAtMs;
    return true;
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
