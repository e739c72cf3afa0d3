import type { Clock } from '../clock.ts';

/** The longest that a timer takes. */
const longestSleepMs = 2 ** 31 - 1;
/** Made once: an abort without a reason makes an error, with its stack, each time. */
const woken = new Error('the watchdog looks again');

/** Aborts its signal when nothing was heard for too long; `Infinity` is never. */
export class Watchdog implements Disposable {
  readonly #clock: Clock;
  readonly #reason: () => Error;
  readonly #bark = new AbortController();
  readonly #over = new AbortController();
  #limitMs: number;
  #heardMs: number;
  #asleep = new AbortController();

  constructor(clock: Clock, limitMs: number, reason: () => Error) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#reason = reason;
    this.#heardMs = clock.monotonic();
    void this.#watch();
  }

  get signal(): AbortSignal {
    return this.#bark.signal;
  }

  heard(): void {
    this.#heardMs = this.#clock.monotonic();
  }

  /** From now on no longer than this. */
  shorten(limitMs: number): void {
    this.#limitMs = limitMs;
    this.heard();
    this.#asleep.abort(woken);
  }

  [Symbol.dispose](): void {
    this.#over.abort(woken);
    this.#asleep.abort(woken);
  }

  /** One sleep at a time, however often something is heard. */
  async #watch(): Promise<void> {
    while (!this.#over.signal.aborted) {
      const leftMs = this.#heardMs + this.#limitMs - this.#clock.monotonic();
      if (leftMs <= 0) return this.#bark.abort(this.#reason());
      this.#asleep = new AbortController();
      try {
        await this.#clock.sleep(Math.min(leftMs, longestSleepMs), this.#asleep.signal);
      } catch {
        // Woken to look again.
      }
    }
  }
}
