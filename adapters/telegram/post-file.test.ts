import { expect, test } from 'vitest';

import type { Outgoing } from '#port';

import { noLimits } from '../../sandbox/telegram/rate-limits.ts';
import { TelegramSandbox } from '../../sandbox/telegram/telegram-sandbox.ts';
import { writeAddress } from './address.ts';
import { rigOn } from './test-bed.ts';

const { signal } = new AbortController();

async function rig() {
  const bot = await rigOn(await TelegramSandbox.start({ limits: noLimits }));
  const ada = bot.sandbox.createUser('Ada');
  const asked = bot.sandbox.say({ user: ada, chat: ada, text: 'Hello' });
  const address = writeAddress({ chat: ada, replyTo: asked });
  return Object.assign(bot, { ada, address, last: () => bot.sandbox.messages(ada).at(-1) });
}

const withFile = (name: string, mime: string, text: string): Outgoing => ({
  text: '',
  role: 'answer',
  chunk: 1,
  nonce: 'n.1',
  file: { name, mime, bytes: Buffer.from(text) },
});

test('a file is sent as a document, a picture as a photo', async () => {
  await using bot = await rig();
  const posted = await bot.adapter.post(
    bot.address,
    withFile('answer.md', 'text/markdown', '# Äh'),
    signal,
  );
  expect(posted).toEqual({ kind: 'done', messageId: String(bot.last()?.messageId) });
  expect(bot.last()).toMatchObject({ kind: 'document', file: { name: 'answer.md' }, text: '' });
  expect(Buffer.from(bot.last()?.file?.content ?? []).toString()).toBe('# Äh');
  await bot.adapter.post(bot.address, withFile('cat.png', 'image/png', 'png'), signal);
  expect(bot.last()).toMatchObject({ kind: 'photo', file: { name: 'cat.png' } });
});

test('a file that is refused, limited or lost is told apart', async () => {
  await using bot = await rig();
  const message = withFile('answer.md', 'text/markdown', 'x');
  const inject = (fault: Parameters<typeof bot.sandbox.faults.inject>[0]['fault']) =>
    bot.sandbox.faults.inject({ match: 'sendDocument', fault });
  inject({ kind: 'status', status: 429, headers: { 'retry-after': '7' } });
  expect(await bot.adapter.post(bot.address, message, signal)).toEqual({
    kind: 'wait',
    afterMs: 7_000,
  });
  inject({ kind: 'drop-after' });
  expect(await bot.adapter.post(bot.address, message, signal)).toMatchObject({ kind: 'unknown' });
  inject({ kind: 'status', status: 403 });
  expect(await bot.adapter.post(bot.address, message, signal)).toMatchObject({ kind: 'refused' });
});
