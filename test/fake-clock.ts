import { setImmediate as turn } from 'node:timers/promises';

import type { Clock } from '../src/clock.ts';

/** A clock that stands still until it is advanced. Works as the real one, aborts included. */
export class FakeClock implements Clock {
  readonly #startMs = 1_800_000_000_000;
  readonly #sleepers = new Set<{ readonly dueMs: number; wake(): void }>();
  #elapsedMs = 0;

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (signal?.aborted === true) {
      reject(asError(signal.reason));
      return promise;
    }
    const onAbort = (): void => {
      this.#sleepers.delete(sleeper);
      reject(asError(signal?.reason));
    };
    const sleeper = {
      dueMs: this.#elapsedMs + ms,
      wake: () => {
        this.#sleepers.delete(sleeper);
        signal?.removeEventListener('abort', onAbort);
        resolve();
      },
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    this.#sleepers.add(sleeper);
    return promise;
  }

  /** How many sleep: 0 when nothing waits for time any more. */
  get sleepers(): number {
    return this.#sleepers.size;
  }

  /** Lets `ms` pass, waking sleepers one by one in order, and lets each do what it then does. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await settle();
    for (;;) {
      const next = this.#next();
      if (next === undefined || next.dueMs > untilMs) break;
      this.#elapsedMs = Math.max(this.#elapsedMs, next.dueMs);
      next.wake();
      await settle();
    }
    this.#elapsedMs = untilMs;
  }

  /** Lets time pass until `promise` is settled (at most `withinMs`), and returns it. */
  async until<T>(promise: Promise<T>, withinMs = 600_000): Promise<T> {
    const progress = { isSettled: false };
    const note = (): void => {
      progress.isSettled = true;
    };
    promise.then(note, note);
    const endMs = this.#elapsedMs + withinMs;
    await settle();
    while (!progress.isSettled) {
      const next = this.#next();
      if (next === undefined || next.dueMs > endMs) throw new Error('nothing will ever settle it');
      await this.advance(Math.max(0, next.dueMs - this.#elapsedMs));
    }
    return promise;
  }

  #next(): { readonly dueMs: number; wake(): void } | undefined {
    let next: { readonly dueMs: number; wake(): void } | undefined;
    for (const sleeper of this.#sleepers) {
      if (next === undefined || sleeper.dueMs < next.dueMs) next = sleeper;
    }
    return next;
  }
}

/** Lets every promise that can go on do so. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await turn();
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('aborted');
}
