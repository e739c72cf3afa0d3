import { Api } from 'grammy';
import { expect, test } from 'vitest';

import type { Incoming } from '#port';

import { TelegramSandbox } from '../../sandbox/telegram/telegram-sandbox.ts';
import { answering } from '../../test/answering.ts';
import { jpeg, png } from '../../test/pictures.ts';
import { telegramEnv } from './env.ts';
import { fetchFile } from './files.ts';
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

test.each([
  ['a path as Telegram gives it', 'documents/file 1.pdf', ['/file/bot1:t/documents/file%201.pdf']],
  ['a path upwards', '../../other', []],
  ['one with backslashes', String.raw`..\..\other`, []],
  ['one in disguise', '%2e%2e/%2E%2E/other', []],
  ['one below a folder', 'documents/../../bot2:t/x', []],
  ['an address of somewhere else', 'https://example.com/x', ['/file/bot1:t/https://example.com/x']],
  ['a host', '//example.com/x', ['/file/bot1:t///example.com/x']],
  ['a query', 'documents/x?y', []],
])('%s never leads out of the bot’s own files', async (_, path, asked) => {
  await using server = await answering((url) =>
    url.endsWith('/getFile') ? JSON.stringify({ ok: true, result: { file_path: path } }) : 'bytes',
  );
  const env = { TELEGRAM_TOKEN: '1:t', TELEGRAM_API_URL: server.url } as const;
  const api = new Api('1:t', { apiRoot: server.url });
  const fetched = await fetchFile(
    api,
    telegramEnv.parse(env),
    { name: 'a', mime: '', ref: 'id' },
    mostBytes,
    signal,
  );
  expect(fetched.kind).toBe(asked.length === 0 ? 'failed' : 'fetched');
  expect(server.asked.filter((url) => !url.endsWith('/getFile'))).toEqual(asked);
});
