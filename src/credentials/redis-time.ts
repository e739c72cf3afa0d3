import type { Clock } from '../clock.ts';

/** Redis' clock as this process knows it: the last reading, carried on by the monotonic clock. */
export class RedisTime {
  readonly #clock: Clock;
  #offsetMs: number | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes a reading of `TIME` that a script sent along. */
  observe(redisMs: number): void {
    this.#offsetMs = redisMs - this.#clock.monotonic();
  }

  now(): number {
    return this.#offsetMs === null ? this.#clock.now() : this.#clock.monotonic() + this.#offsetMs;
  }
}
