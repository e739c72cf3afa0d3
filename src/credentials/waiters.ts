import type { Clock } from '../clock.ts';

/** Those who wait for news of a credential: told by pub/sub, and never later than their poll. */
export class Waiters {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<AbortController>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many wait; none, once everything is settled. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Ends every wait for `name`. */
  tell(name: string): void {
    for (const waiter of this.#waiting.get(name) ?? []) waiter.abort(ended);
  }

  /** Resolves at the next news of `name`, or after `ms`. */
  async wait(name: string, ms: number): Promise<void> {
    const told = new AbortController();
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting.add(told));
    try {
      await this.#clock.sleep(ms, told.signal);
    } catch (error) {
      if (!told.signal.aborted) throw error;
    } finally {
      waiting.delete(told);
      if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name);
    }
  }
}

/** Sleeps; rejects with the signal's own reason when it aborts. */
export async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  try {
    await clock.sleep(ms, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}

/** What `work` comes to, or null at the deadline; rejects with the signal's reason when it aborts. Ends no work. */
export async function orGiveUp<T>(
  work: Promise<T>,
  clock: Clock,
  ms: number,
  signal: AbortSignal,
): Promise<T | null> {
  signal.throwIfAborted();
  // A thousand may wait for one refresh: no signal and no error is made for each that need not be.
  const over = new AbortController();
  const abort = () => over.abort(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  const late = clock.sleep(Math.max(0, ms), over.signal).then(() => null);
  late.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    signal.removeEventListener('abort', abort);
    over.abort(ended);
  }
}

/** Made once: an abort without a reason makes an error, with its stack, each time. */
const ended = new Error('the wait is over');
