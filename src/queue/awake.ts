import type { Clock } from '../clock.ts';

/** Shorter than the sweeper's patience. */
const freshMs = 500;
/** What is forgotten costs a turn too many, nothing else. */
const most = 10_000;

/**
 * Which conversations this process has added a turn for a moment ago: what comes for one of them
 * right after finds that turn before it, mostly. Only a hint, since the turn may be over by then.
 */
export class Awake {
  readonly #clock: Clock;
  /** Conversation → when (monotonic). */
  readonly #addedAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  isLikely(conversation: string): boolean {
    const atMs = this.#addedAtMs.get(conversation);
    return atMs !== undefined && this.#clock.monotonic() - atMs < freshMs;
  }

  /** Notes that `add` adds a turn, unless it fails. */
  async with(conversation: string, add: () => Promise<void>): Promise<void> {
    if (this.#addedAtMs.size >= most) this.#addedAtMs.clear();
    this.#addedAtMs.set(conversation, this.#clock.monotonic());
    try {
      await add();
    } catch (error) {
      this.#addedAtMs.delete(conversation);
      throw error;
    }
  }
}
