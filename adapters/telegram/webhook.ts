import { createHmac } from 'node:crypto';

import type { Api } from 'grammy';

import type { AdapterMemory, AdapterTools, Clock, Logger } from '#port';

import { Backoff } from './backoff.ts';
import { ask } from './bot-api.ts';
import { tokenRejected } from './identity.ts';
import { offer, readBody, type Ears, type ReadUpdate } from './update-reading.ts';
import { allowedUpdates } from './update-schema.ts';
import { WebhookServer } from './webhook-server.ts';

/** Where Telegram is told to post, and where we listen for it. */
export interface WebhookSettings {
  readonly url: string;
  readonly secret: string;
  readonly host: string;
  readonly port: number;
}

export interface WebhookTools extends Pick<AdapterTools, 'memory'> {
  readonly clock: Clock;
  readonly log: Logger;
  readonly read: ReadUpdate;
  /** How Telegram is: whether the webhook is set, or an update has come. */
  readonly heard: (well: boolean) => void;
}

const callDeadlineMs = 10_000;
/** An update that is not safe by then is Telegram's to repeat; Redis may be away for long. */
const takeDeadlineMs = 8_000;
const checkEveryMs = 60_000;
const pace = { firstMs: 500, longestMs: 30_000 };
const memoryKey = 'webhook';

/** A secret for those who set none: nobody can know it who does not know the token. */
export function secretOf(token: string): string {
  return createHmac('sha256', token).update('grok-bridge webhook').digest('hex');
}

/**
 * Has updates posted to us until the signal aborts. One at a time, so that they come in order. The
 * webhook stays set: while nobody listens Telegram keeps what is written and offers it again.
 * @throws {BridgeError} `PLATFORM_TOKEN_REJECTED`, `CONFIG_INVALID`
 */
export async function runWebhook(
  api: Api,
  settings: WebhookSettings,
  ears: Ears,
  tools: WebhookTools,
  signal: AbortSignal,
): Promise<void> {
  const { clock, log, memory, heard } = tools;
  const { url, secret, host, port } = settings;
  const take = async (body: string) => {
    if (signal.aborted) return false;
    heard(true);
    return takeUpdate(body, ears, tools, signal);
  };
  await using _server = await WebhookServer.listen({ host, port, secret, take });
  // Noted before it is set: who goes back to polling may delete what is ours, and nothing else.
  await within(callDeadlineMs, memory?.set(memoryKey, url), clock).catch(() => undefined);
  const backoff = new Backoff(clock, pace);
  let isSet = false;
  while (!signal.aborted) {
    const answer = await ask(
      async (either) => {
        if (isSet && (await api.getWebhookInfo(either)).url === url) return;
        const words = { secret_token: secret, allowed_updates: allowedUpdates, max_connections: 1 };
        await api.setWebhook(url, words, either);
        log.info({ host, port }, 'webhook set');
      },
      callDeadlineMs,
      signal,
    );
    if (signal.aborted) return;
    heard(answer.kind === 'ok');
    if (answer.kind === 'ok') {
      isSet = true;
      backoff.reset();
      await clock.sleep(checkEveryMs, signal).catch(() => undefined);
      continue;
    }
    if (answer.kind === 'refused' && answer.code === 401) throw tokenRejected(answer.code);
    if (backoff.isFresh) log.warn({ failure: answer }, 'webhook not set, trying again');
    await backoff.wait(signal, answer.kind === 'refused' ? (answer.retryAfterMs ?? 0) : 0);
  }
}

/** Deletes the webhook that this bot's bridge has set before, and no other. */
export async function deleteOwnWebhook(
  api: Api,
  { memory, clock, log }: { memory: AdapterMemory | undefined; clock: Clock; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  if (memory === undefined) return;
  const ours = await within(callDeadlineMs, memory.get(memoryKey), clock).catch(() => undefined);
  if (ours === undefined) return;
  const answer = await ask(
    async (either) => {
      if ((await api.getWebhookInfo(either)).url !== ours) return false;
      return api.deleteWebhook({}, either);
    },
    callDeadlineMs,
    signal,
  );
  if (answer.kind !== 'ok') return;
  if (answer.result) log.info('our webhook deleted, polling from now on');
  await within(callDeadlineMs, memory.delete(memoryKey), clock).catch(() => undefined);
}

/** Whether Telegram may forget the update: it is stored, or nothing has to be. */
async function takeUpdate(
  body: string,
  ears: Ears,
  { clock, log, read }: WebhookTools,
  signal: AbortSignal,
): Promise<boolean> {
  const heard = readBody(body, read, log);
  if (heard === undefined) return true;
  try {
    await within(takeDeadlineMs, offer(heard, ears, signal), clock);
    return true;
  } catch (error) {
    const facts = { prompt: heard.message.id, err: error };
    if (!signal.aborted) log.warn(facts, 'message not stored, Telegram is asked to repeat it');
    return false;
  }
}

async function within<T>(ms: number, work: Promise<T> | undefined, clock: Clock) {
  if (work === undefined) return undefined;
  const done = new AbortController();
  const late = clock.sleep(ms, done.signal).then(() => {
    throw new Error(`not done within ${ms} ms`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    late.catch(() => undefined);
    done.abort();
  }
}
