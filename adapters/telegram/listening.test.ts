import { setTimeout as delay } from 'node:timers/promises';

import pino from 'pino';
import { expect, test } from 'vitest';

import type { Clock, Incoming, Intake } from '#port';

import { TelegramSandbox } from '../../sandbox/telegram/telegram-sandbox.ts';
import { TelegramAdapter } from './telegram-adapter.ts';
import type { PollTimes } from './update-loop.ts';

/** Real time, but no pause is longer than 10 ms. */
const hastyClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    await delay(Math.min(ms, 10), undefined, signal === undefined ? {} : { signal });
  },
};

const intakeOf = (receive: (message: Incoming) => Promise<void> | void): Intake => ({
  receive: async (message) => {
    await receive(message);
    return 'queued';
  },
});

async function rig(options: { times?: PollTimes } = {}) {
  const sandbox = await TelegramSandbox.start();
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line) => void lines.push(line) });
  const env = { TELEGRAM_TOKEN: sandbox.token, TELEGRAM_API_URL: sandbox.url };
  const adapter = new TelegramAdapter(env, { log, clock: hastyClock }, options.times);
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
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

test('messages arrive in order, and are confirmed only after they were taken', async () => {
  await using bot = await rig();
  const ada = bot.sandbox.createUser('Ada');
  const received: string[] = [];
  const gate = Promise.withResolvers<void>();
  const listening = bot.listen(
    intakeOf(async ({ text }) => {
      await gate.promise;
      received.push(text);
    }),
  );
  for (const text of ['one', 'two', 'three']) bot.sandbox.say({ user: ada, chat: ada, text });

  await bot.sandbox.waitFor(() => bot.adapter.health().up);
  expect(bot.sandbox.confirmedOffset).toBe(0);
  gate.resolve();
  await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0);
  expect(received).toEqual(['one', 'two', 'three']);
  await bot.stop();
  await expect(listening).resolves.toBeUndefined();
});
