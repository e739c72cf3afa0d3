import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

import { word } from './entry.ts';
import { QueueKeys } from './queue-keys.ts';

/**
 * Hears which prompts are stopped, wherever `/stop` was said. What it misses is not lost: the mark in
 * Redis is read when a prompt is begun and when it is settled.
 */
export class StopSignals implements AsyncDisposable {
  readonly #subscriber: Redis;
  readonly #channel: string;
  readonly #watchers = new Map<string, Set<() => void>>();
  /** Resolves once it hears. */
  readonly ready: Promise<void>;

  /** `subscriber` may have other subscriptions besides. */
  constructor(options: { subscriber: Redis; prefix: string; log: Logger }) {
    this.#subscriber = options.subscriber;
    this.#channel = new QueueKeys(options.prefix).control;
    this.#subscriber.on('message', this.#hear);
    this.ready = this.#subscriber.subscribe(this.#channel).then(
      () => undefined,
      (error: unknown) => {
        options.log.warn({ err: error }, 'cannot hear stop signals, stops take effect late');
      },
    );
  }

  /** Calls `stop` when the prompt is stopped, until the result is disposed of. */
  watch(promptId: string, stop: () => void): Disposable {
    const id = word(promptId);
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(stop));
    return {
      [Symbol.dispose]: () => {
        watchers.delete(stop);
        if (watchers.size === 0) this.#watchers.delete(id);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscriber.off('message', this.#hear);
    if (this.#subscriber.status === 'ready') await this.#subscriber.unsubscribe(this.#channel);
  }

  readonly #hear = (channel: string, message: string): void => {
    if (channel !== this.#channel) return;
    for (const stop of this.#watchers.get(message) ?? []) stop();
  };
}
