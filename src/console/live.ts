import type { FastifyReply } from 'fastify';

import type { Clock } from '../clock.ts';
import { EventStream, type EventStreamOptions } from './event-stream.ts';
import type { Sections } from './snapshot.ts';
import { changedSections, type ConsoleSources, SourceReader } from './sources.ts';

export interface LiveOptions extends Pick<EventStreamOptions, 'maxClients' | 'heartbeatMs'> {
  readonly sources: ConsoleSources;
  readonly clock: Clock;
  /** Default: a second. */
  readonly everyMs?: number;
  /** How long a source may take; default: two seconds. */
  readonly deadlineMs?: number;
}

/**
 * Shows the sources to pages as they change: `snapshot` with every section, then `change` with those
 * that are new, each with `nowMs`. While no page is open, nothing is asked.
 */
export class Live implements Disposable {
  readonly #options: LiveOptions;
  readonly #reader: SourceReader;
  readonly #stream: EventStream;
  readonly #closed = new AbortController();
  #watch: AbortController | undefined;
  #last: Sections | undefined;

  constructor(options: LiveOptions) {
    this.#options = options;
    this.#reader = new SourceReader(options.sources, options.deadlineMs ?? 2000);
    this.#stream = new EventStream({
      ...options,
      onWatched: (isWatched) => this.#onWatched(isWatched),
    });
  }

  /** Answers a request with the stream. */
  async open(reply: FastifyReply): Promise<void> {
    const last = this.#last ?? (await this.#reader.read());
    if (reply.raw.destroyed || this.#closed.signal.aborted) return;
    this.#last ??= last;
    this.#stream.open(reply, 'snapshot', this.#timed(this.#last));
  }

  [Symbol.dispose](): void {
    this.#closed.abort();
    this.#watch?.abort();
    this.#stream[Symbol.dispose]();
  }

  #onWatched(isWatched: boolean): void {
    this.#watch?.abort();
    this.#watch = undefined;
    if (!isWatched) this.#last = undefined;
    if (!isWatched || this.#closed.signal.aborted) return;
    this.#watch = new AbortController();
    void this.#keepLooking(this.#watch.signal);
  }

  async #keepLooking(signal: AbortSignal): Promise<void> {
    const { clock, everyMs = 1000 } = this.#options;
    for (;;) {
      try {
        await clock.sleep(everyMs, signal);
      } catch {
        return;
      }
      const now = await this.#reader.read();
      if (signal.aborted) return;
      const changes = this.#last === undefined ? now : changedSections(this.#last, now);
      this.#last = now;
      if (Object.keys(changes).length > 0) this.#stream.send('change', this.#timed(changes));
    }
  }

  #timed(sections: Partial<Sections>) {
    return { nowMs: this.#options.clock.now(), sections };
  }
}
