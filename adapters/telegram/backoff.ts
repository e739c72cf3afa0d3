import type { Clock } from '#port';

/** Waits longer each time until `reset`; the next wait is half to all of what is due. */
export class Backoff {
  readonly #clock: Clock;
  readonly #firstMs: number;
  readonly #longestMs: number;
  #dueMs: number;

  constructor(clock: Clock, { firstMs, longestMs }: { firstMs: number; longestMs: number }) {
    this.#clock = clock;
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
    this.#dueMs = firstMs;
  }

  /** Whether there has been a wait since the beginning or the last `reset`. */
  get isFresh(): boolean {
    return this.#dueMs === this.#firstMs;
  }

  reset(): void {
    this.#dueMs = this.#firstMs;
  }

  /** Resolves after the wait, at the latest when the signal aborts. */
  async wait(signal: AbortSignal, atLeastMs = 0): Promise<void> {
    const spreadMs = this.#dueMs * (0.5 + Math.random() / 2);
    this.#dueMs = Math.min(this.#dueMs * 2, this.#longestMs);
    await this.#clock.sleep(Math.max(spreadMs, atLeastMs), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
