import { setTimeout as delay } from 'node:timers/promises';

import { pino } from 'pino';
import { afterEach, expect } from 'vitest';

import type { Adapter, Clock, Delivery, Incoming, Intake, Logger, Outgoing, Received } from '#port';

import definition from './index.ts';

/** What the tests' help needs of a Discord on loopback. */
interface Discord extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
}

const open: AsyncDisposable[] = [];

/** For each test file that opens something. */
export function closeAfterEach(): void {
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  });
}

export async function opened<T extends AsyncDisposable>(opening: Promise<T>): Promise<T> {
  const one = await opening;
  open.push(one);
  return one;
}

export const never = new AbortController().signal;

export const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  },
};

export const log = pino({ level: 'silent' });

/** An adapter for this Discord, configured as the program would. */
export function adapterOf(
  discord: Discord,
  env: { DISCORD_TOKEN?: string; DISCORD_API_URL?: string } = {},
  into: Logger = log,
): Adapter {
  const asked = { DISCORD_TOKEN: discord.token, DISCORD_API_URL: discord.url, ...env };
  const adapter = definition.create(definition.env.parse(asked), { clock, log: into });
  open.push(adapter);
  return adapter;
}

/** An adapter that is connected, listens and is up; `decide` may throw, answer late, or ignore. */
export async function listening(
  discord: Discord,
  decide: (message: Incoming) => Received | Promise<Received> = () => 'queued',
  into: Logger = log,
) {
  return listeningOf(adapterOf(discord, {}, into), decide);
}

/** The same of an adapter that is made already. */
export async function listeningOf(
  adapter: Adapter,
  decide: (message: Incoming) => Received | Promise<Received> = () => 'queued',
  more: Omit<Intake, 'receive'> = {},
) {
  await adapter.connect(never);
  const heard: Incoming[] = [];
  const stop = new AbortController();
  const receive = async (message: Incoming) => {
    const received = await decide(message);
    heard.push(message);
    return received;
  };
  const ended = adapter.listen({ receive, ...more }, stop.signal);
  ended.catch(() => undefined);
  open.push({
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await ended.catch(() => undefined);
    },
  });
  await eventually(() => adapter.health().up);
  const hear = async (text: string) =>
    eventually(() => heard.find((message) => message.text === text));
  return { adapter, heard, hear, stop, ended };
}

/** For what happens inside the adapter, of which nobody is told. */
export async function eventually<T>(find: () => T | undefined | false): Promise<T> {
  let found: T | undefined | false;
  const look = () => Boolean((found = find()));
  await expect.poll(look, { timeout: 8_000, interval: 5 }).toBe(true);
  // The poll above has just seen it.
  return found as T;
}

export function outgoing(text: string, more: Partial<Outgoing> = {}): Outgoing {
  return { text, role: 'answer', chunk: 0, nonce: 'prompt-1', ...more };
}

export function idOf(delivery: Delivery): string {
  if (delivery.kind !== 'done') throw new Error(`not delivered: ${JSON.stringify(delivery)}`);
  return delivery.messageId;
}
