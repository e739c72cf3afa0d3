import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

import { forPrompt } from '../prompt-at-hand.ts';
import { type Preview, previewSchema } from '../reply.ts';
import { QueueKeys } from './queue-keys.ts';

/**
 * Sends previews to the account's bridge. Nothing is stored and nothing waits: while one preview of
 * a prompt is under way, or Redis is away, only the newest is kept, and the older ones are forgotten.
 */
export class PreviewPublisher {
  readonly #redis: Redis;
  readonly #keys: QueueKeys;
  readonly #log: Logger;
  readonly #next = new Map<string, Preview | null>();

  constructor(options: { redis: Redis; prefix: string; log: Logger }) {
    this.#redis = options.redis;
    this.#keys = new QueueKeys(options.prefix);
    this.#log = options.log;
  }

  publish(preview: Preview): void {
    if (this.#next.has(preview.prompt)) {
      this.#next.set(preview.prompt, preview);
      return;
    }
    this.#next.set(preview.prompt, null);
    void this.#send(preview);
  }

  async #send(first: Preview): Promise<void> {
    let preview: Preview | null = first;
    try {
      while (preview !== null) {
        this.#next.set(first.prompt, null);
        const channel = this.#keys.previews(preview.account);
        await this.#redis.publish(channel, JSON.stringify({ v: 1, ...preview }));
        preview = this.#next.get(first.prompt) ?? null;
      }
    } catch (error) {
      this.#log.debug({ err: error, prompt: first.prompt }, 'preview not sent');
    } finally {
      this.#next.delete(first.prompt);
    }
  }
}

/** Hears the previews of one account. */
export class PreviewSubscriber implements AsyncDisposable {
  readonly #subscriber: Redis;
  readonly #channel: string;
  readonly #log: Logger;
  readonly #show: (preview: Preview) => void;
  /** Resolves once it hears. */
  readonly ready: Promise<void>;

  /** `subscriber` may have other subscriptions besides; `show` must not throw. */
  constructor(options: {
    subscriber: Redis;
    prefix: string;
    account: string;
    log: Logger;
    show: (preview: Preview) => void;
  }) {
    this.#subscriber = options.subscriber;
    this.#channel = new QueueKeys(options.prefix).previews(options.account);
    this.#log = options.log;
    this.#show = options.show;
    this.#subscriber.on('message', this.#hear);
    this.ready = this.#subscriber.subscribe(this.#channel).then(
      () => undefined,
      (error: unknown) => {
        options.log.warn({ err: error }, 'cannot hear previews, answers appear only when complete');
      },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#subscriber.off('message', this.#hear);
    if (this.#subscriber.status === 'ready') await this.#subscriber.unsubscribe(this.#channel);
  }

  readonly #hear = (channel: string, message: string): void => {
    if (channel !== this.#channel) return;
    const preview = parse(message);
    if (preview === null) this.#log.warn({ channel }, 'preview not understood, dropped');
    else forPrompt(preview.prompt, () => this.#show(preview));
  };
}

function parse(message: string): Preview | null {
  try {
    return previewSchema.parse(JSON.parse(message));
  } catch {
    return null;
  }
}
