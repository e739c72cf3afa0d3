import { setTimeout as delay } from 'node:timers/promises';

import pino from 'pino';

import type { AdapterMemory, Clock, Incoming, Intake } from '#port';

import { telegramEnv } from './env.ts';
import { TelegramAdapter } from './telegram-adapter.ts';
import type { PollTimes } from './update-loop.ts';

/** Real time, but no pause is longer than 10 ms. */
export const hastyClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(Math.min(ms, 10), undefined, signal === undefined ? {} : { signal });
  },
};

/** An intake that takes what `receive` does not throw for. */
export const intakeOf = (receive: (message: Incoming) => Promise<void> | void): Intake => ({
  receive: async (message) => {
    await receive(message);
    return 'queued';
  },
});

export interface RigOptions {
  readonly times?: PollTimes;
  readonly memory?: AdapterMemory;
  /** On top of the token and where the sandbox is. */
  readonly env?: Readonly<Record<string, string>>;
  /** The sandbox outlives the rig. */
  readonly keepsSandbox?: boolean;
}

/** What the tests' help needs of a Telegram on loopback. */
interface Telegram extends AsyncDisposable {
  readonly url: string;
  readonly token: string;
}

/** A connected adapter, the Telegram that it talks to, and what it has logged. */
export async function rigOn<T extends Telegram>(sandbox: T, options: RigOptions = {}) {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line) => void lines.push(line) });
  const { memory } = options;
  const tools = { log, clock: hastyClock, ...(memory === undefined ? {} : { memory }) };
  const adapter = new TelegramAdapter(envOf(sandbox, options.env), tools, options.times);
  const stop = new AbortController();
  await adapter.connect(stop.signal);
  let listening: Promise<void> = Promise.resolve();
  return {
    sandbox,
    adapter,
    lines,
    listen: (intake: Intake) => (listening = adapter.listen(intake, stop.signal)),
    stop: async () => {
      stop.abort();
      await listening;
    },
    logged: (words: string) => lines.filter((line) => line.includes(words)).length,
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await listening.catch(() => {});
      await adapter[Symbol.asyncDispose]();
      if (options.keepsSandbox !== true) await sandbox[Symbol.asyncDispose]();
    },
  };
}

export function envOf(sandbox: Telegram, more: Readonly<Record<string, string>> = {}) {
  const env = { TELEGRAM_TOKEN: sandbox.token, TELEGRAM_API_URL: sandbox.url, ...more };
  return telegramEnv.parse(env);
}
