import pino from 'pino';
import { expect, test } from 'vitest';

import type { Clock, Outgoing } from '#port';

import { noLimits } from '../../sandbox/telegram/rate-limits.ts';
import {
  TelegramSandbox,
  type TelegramSandboxOptions,
} from '../../sandbox/telegram/telegram-sandbox.ts';
import { writeAddress } from './address.ts';
import { TelegramAdapter } from './telegram-adapter.ts';

const clock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sleep: async () => {},
};

const { signal } = new AbortController();

const say = (text: string, chunk = 0): Outgoing => ({
  text,
  role: 'answer',
  chunk,
  nonce: `n${chunk}`,
});

async function rig(options: TelegramSandboxOptions = { limits: noLimits }) {
  const sandbox = await TelegramSandbox.start(options);
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line) => void lines.push(line) });
  const env = { TELEGRAM_TOKEN: sandbox.token, TELEGRAM_API_URL: sandbox.url };
  const adapter = new TelegramAdapter(env, { log, clock });
  await adapter.connect(signal);
  const ada = sandbox.createUser('Ada');
  const asked = sandbox.say({ user: ada, chat: ada, text: 'Hello' });
  return {
    sandbox,
    adapter,
    lines,
    ada,
    asked,
    address: writeAddress({ chat: ada, replyTo: asked }),
    last: () => sandbox.messages(ada).at(-1),
    [Symbol.asyncDispose]: async () => {
      await adapter[Symbol.asyncDispose]();
      await sandbox[Symbol.asyncDispose]();
    },
  };
}

test('an answer is rendered, refers to the question in its first chunk, and can be edited', async () => {
  await using bot = await rig();
  const first = await bot.adapter.post(bot.address, say('**Hi** & welcome'), signal);
  expect(bot.last()).toMatchObject({ text: 'Hi & welcome', replyTo: bot.asked });
  expect(first).toEqual({ kind: 'done', messageId: String(bot.last()?.messageId) });
  await bot.adapter.post(bot.address, say('and more', 1), signal);
  expect(bot.last()).toMatchObject({ text: 'and more', replyTo: undefined });

  const id = first.kind === 'done' ? first.messageId : '';
  const edited = await bot.adapter.edit(bot.address, id, say('`Bye`'), signal);
  expect(edited).toEqual(first);
  expect(await bot.adapter.edit(bot.address, id, say('`Bye`'), signal)).toEqual(first);
  expect(bot.sandbox.messages(bot.ada).at(-2)).toMatchObject({
    text: 'Bye',
    entities: [{ type: 'code', offset: 0, length: 3 }],
    edits: [{ text: 'Bye' }],
  });
});
