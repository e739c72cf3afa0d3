import { expect, test } from 'vitest';

import type { Incoming } from '#port';

import { TelegramSandbox } from '../../sandbox/telegram/telegram-sandbox.ts';
import { jpeg, png } from '../../test/pictures.ts';
import { intakeOf, rigOn } from './test-bed.ts';

const { signal } = new AbortController();
const mostBytes = 1_000;

async function rig() {
  const bot = await rigOn(await TelegramSandbox.start());
  const heard: Incoming[] = [];
  const ada = bot.sandbox.createUser('Ada');
  void bot.listen(intakeOf((message) => void heard.push(message)));
  const hear = async () => {
    await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0);
    return heard.at(-1);
  };
  return Object.assign(bot, { ada, hear });
}

test('a photo is heard with its caption or without, and can be fetched', async () => {
  await using bot = await rig();
  const file = { name: 'photo.jpg', content: jpeg };
  for (const text of ['What is this?', '']) {
    bot.sandbox.say({ user: bot.ada, chat: bot.ada, text, photo: true, file });
    const message = await bot.hear();
    expect(message).toMatchObject({ text, isAddressed: true });
    const [photo] = message?.files ?? [];
    expect(photo).toMatchObject({ name: 'photo.jpg', mime: 'image/jpeg', bytes: jpeg.length });
    if (photo === undefined) throw new Error('no photo');
    expect(JSON.stringify(message)).not.toContain(bot.sandbox.token);
    const fetched = await bot.adapter.fetchFile(photo, mostBytes, signal);
    expect(fetched).toEqual({ kind: 'fetched', bytes: Buffer.from(jpeg) });
  }
});

test('a document and what is on the message replied to come with a message', async () => {
  await using bot = await rig();
  const [user, chat] = [bot.ada, bot.ada];
  const picture = { name: 'a.png', mime: 'image/png', content: png };
  const first = bot.sandbox.say({ user, chat, text: 'Look', file: picture });
  const code = { name: 'main.ts', mime: 'text/plain', content: Buffer.from('let a;') };
  bot.sandbox.say({ user, chat, text: 'Both?', file: code, replyTo: first });
  expect((await bot.hear())?.files).toMatchObject([
    { name: 'main.ts', mime: 'text/plain' },
    { name: 'a.png', mime: 'image/png', isQuoted: true },
  ]);
});

test('a file that is too large, or gone, is told apart, and the token stays out of it', async () => {
  await using bot = await rig();
  const file = { name: 'big.bin', content: Buffer.alloc(2_000), bytes: 100 * 1024 * 1024 };
  bot.sandbox.say({ user: bot.ada, chat: bot.ada, text: '', file });
  const [huge] = (await bot.hear())?.files ?? [];
  if (huge === undefined) throw new Error('no file');
  expect(huge.bytes).toBe(100 * 1024 * 1024);
  expect(await bot.adapter.fetchFile(huge, mostBytes, signal)).toEqual({ kind: 'too large' });
  const gone = await bot.adapter.fetchFile({ ...huge, ref: 'nothing' }, mostBytes, signal);
  expect(gone).toMatchObject({ kind: 'failed' });
  expect(JSON.stringify(gone)).not.toContain(bot.sandbox.token);

  const lying = { name: 'a.bin', content: Buffer.alloc(2_000), bytes: 10 };
  bot.sandbox.say({ user: bot.ada, chat: bot.ada, text: '', file: lying });
  const [small] = (await bot.hear())?.files ?? [];
  if (small === undefined) throw new Error('no file');
  expect(await bot.adapter.fetchFile(small, mostBytes, signal)).toEqual({ kind: 'too large' });
});
