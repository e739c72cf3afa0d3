import type { Redis } from 'ioredis';

import type { Pool } from './pool.ts';
import type { Waiters } from './waiters.ts';

/** Hears what other processes did to credentials, and reads again what may have been missed. */
export class News implements AsyncDisposable {
  readonly #subscriber: Redis;
  readonly #channel: string;
  readonly #pool: Pool;
  readonly #waiters: Waiters;
  readonly #failed: (why: string) => void;
  #ended = false;

  constructor(
    subscriber: Redis,
    channel: string,
    pool: Pool,
    waiters: Waiters,
    failed: (why: string) => void,
  ) {
    this.#subscriber = subscriber;
    this.#channel = channel;
    this.#pool = pool;
    this.#waiters = waiters;
    this.#failed = failed;
  }

  /** Resolves once the channel is open. */
  async listen(): Promise<void> {
    this.#subscriber.on('message', this.#onMessage);
    await this.#subscriber.subscribe(this.#channel);
    this.#subscriber.on('ready', this.#onReady);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    this.#subscriber.off('message', this.#onMessage);
    this.#subscriber.off('ready', this.#onReady);
    if (this.#subscriber.status !== 'ready') return;
    await this.#subscriber.unsubscribe(this.#channel).catch(() => undefined);
  }

  readonly #onMessage = (channel: string, message: string): void => {
    const [name = '', epoch, generation, kind] = message.split(' ');
    if (channel !== this.#channel || name === '-' || this.#ended) return;
    const stamp = { epoch: Number(epoch), generation: Number(generation) };
    // A process hears of its own commits, too.
    if (kind === 'ok' && this.#pool.knows(name, stamp)) this.#waiters.tell(name);
    else this.#hear(name, kind === 'cool');
  };

  // Messages are lost while a connection is down.
  readonly #onReady = (): void => {
    this.#pool.reload().catch(this.#tell);
  };

  #hear(name: string, cooled: boolean): void {
    const read = cooled ? this.#pool.reloadCooling() : this.#pool.reloadOne(name);
    read.catch(this.#tell).finally(() => this.#waiters.tell(name));
  }

  readonly #tell = (error: unknown): void => {
    this.#failed(error instanceof Error ? error.message : String(error));
  };
}
