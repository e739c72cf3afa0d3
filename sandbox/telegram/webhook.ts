import type { Update, UpdateFeed } from './update-feed.ts';

export interface WebhookSettings {
  readonly url: string;
  readonly secretToken: string | undefined;
}

/** Telegram waits this long before it offers an update again; here much shorter than there. */
const firstRetryMs = 50;
const longestRetryMs = 1_000;
const deadlineMs = 10_000;

/**
 * Offers the updates of the feed to the bot's own server, one after another, until each is taken
 * with a 2xx (https://core.telegram.org/bots/api#setwebhook).
 */
export class Webhook {
  readonly #feed: UpdateFeed;
  #settings: WebhookSettings | undefined;
  #delivery: Promise<void> | undefined;
  #stop = new AbortController();
  #lastError: { atMs: number; message: string } | undefined;

  constructor(feed: UpdateFeed) {
    this.#feed = feed;
  }

  get settings(): WebhookSettings | undefined {
    return this.#settings;
  }

  get lastError(): { atMs: number; message: string } | undefined {
    return this.#lastError;
  }

  async set(settings: WebhookSettings | undefined): Promise<void> {
    this.#stop.abort();
    await this.#delivery;
    this.#stop = new AbortController();
    this.#settings = settings;
    this.#lastError = undefined;
    this.wake();
  }

  /** To be called when the feed has something new. */
  wake(): void {
    if (this.#settings === undefined || this.#feed.pending.length === 0) return;
    const { signal } = this.#stop;
    this.#delivery ??= this.#deliver(this.#settings, signal).finally(() => {
      this.#delivery = undefined;
      if (!signal.aborted) this.wake();
    });
  }

  async #deliver(settings: WebhookSettings, signal: AbortSignal): Promise<void> {
    let retryMs = firstRetryMs;
    for (let update = this.#feed.pending[0]; update !== undefined && !signal.aborted;) {
      const refusal = await offer(update, settings, signal);
      if (signal.aborted) return;
      if (refusal === undefined) {
        this.#feed.confirm(update.update_id + 1);
        retryMs = firstRetryMs;
      } else {
        this.#lastError = { atMs: Date.now(), message: refusal };
        await pause(retryMs, signal);
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      }
      update = this.#feed.pending[0];
    }
  }
}

/** Why the update was not taken, or undefined. */
async function offer(
  update: Update,
  { url, secretToken }: WebhookSettings,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(secretToken === undefined ? {} : { 'x-telegram-bot-api-secret-token': secretToken }),
      },
      body: JSON.stringify(update),
      signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
    });
    await response.body?.cancel();
    return response.ok
      ? undefined
      : `Wrong response from the webhook: ${response.status} ${response.statusText}`;
  } catch {
    return 'Connection failed';
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}
