import { expect, test } from 'vitest';

import { TelegramSandbox } from '../../sandbox/telegram/telegram-sandbox.ts';
import { MemoryMemory } from '../../test/contracts/memory-memory.ts';
import { freePort } from '../../test/redis-server.ts';
import { intakeOf, rigOn, type RigOptions } from './test-bed.ts';

const secret = 'known-to-telegram-alone';

/** A rig with a webhook; Telegram reaches it without a proxy in between. */
async function hooked(options: RigOptions & { readonly sandbox?: TelegramSandbox } = {}) {
  const { sandbox } = options;
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/telegram`;
  const env = {
    TELEGRAM_WEBHOOK_URL: url,
    TELEGRAM_WEBHOOK_PORT: String(port),
    TELEGRAM_WEBHOOK_SECRET: secret,
  };
  const more = { ...options, env, keepsSandbox: sandbox !== undefined };
  return Object.assign(await rigOn(sandbox ?? (await TelegramSandbox.start()), more), { url });
}

const calls = (sandbox: TelegramSandbox, method: string) =>
  sandbox.requests.filter((request) => request.method === method).length;

const post = async (url: string, body: string, given?: string) => {
  const headers = given === undefined ? {} : { 'x-telegram-bot-api-secret-token': given };
  return (await fetch(url, { method: 'POST', body, headers })).status;
};

test('messages come through the webhook, in order, and none is polled for', async () => {
  await using bot = await hooked();
  const ada = bot.sandbox.createUser('Ada');
  const received: string[] = [];
  void bot.listen(intakeOf(({ text }) => void received.push(text)));
  await bot.sandbox.waitFor(() => bot.logged('webhook set') === 1);
  for (const text of ['one', 'two', 'three']) bot.sandbox.say({ user: ada, chat: ada, text });
  await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0);
  expect(received).toEqual(['one', 'two', 'three']);
  expect(bot.adapter.health()).toMatchObject({ up: true, lastEventAtMs: expect.any(Number) });
  expect(calls(bot.sandbox, 'getUpdates')).toBe(0);
});

test('a message that could not be stored is refused with 503, and Telegram repeats it', async () => {
  await using bot = await hooked();
  const ada = bot.sandbox.createUser('Ada');
  const offered: string[] = [];
  void bot.listen(
    intakeOf(({ text }) => {
      offered.push(text);
      if (offered.length < 3) throw new Error('Redis is away');
    }),
  );
  bot.sandbox.say({ user: ada, chat: ada, text: 'one' });
  bot.sandbox.say({ user: ada, chat: ada, text: 'two' });
  await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0);
  expect(offered).toEqual(['one', 'one', 'one', 'two']);
  expect(bot.logged('Telegram is asked to repeat it')).toBe(2);
});

test('an update is not confirmed before it was taken', async () => {
  await using bot = await hooked();
  const ada = bot.sandbox.createUser('Ada');
  const gate = Promise.withResolvers<void>();
  const offered = Promise.withResolvers<void>();
  void bot.listen(
    intakeOf(async () => {
      offered.resolve();
      await gate.promise;
    }),
  );
  bot.sandbox.say({ user: ada, chat: ada, text: 'one' });
  await offered.promise;
  expect(bot.sandbox.pendingUpdates()).toBe(1);
  gate.resolve();
  await bot.sandbox.waitFor(() => bot.sandbox.pendingUpdates() === 0);
});

test('who does not know the secret is refused, and what is no update is passed over', async () => {
  await using bot = await hooked();
  const received: string[] = [];
  void bot.listen(intakeOf(({ text }) => void received.push(text)));
  await bot.sandbox.waitFor(() => bot.logged('webhook set') === 1);
  const user = { id: 5, is_bot: false, first_name: 'Eve' };
  const message = { message_id: 1, from: user, chat: { id: 5, type: 'private' }, text: 'hi' };
  const update = JSON.stringify({ update_id: 1, message });
  expect(await post(bot.url, update)).toBe(401);
  expect(await post(bot.url, update, 'a guess')).toBe(401);
  expect((await fetch(bot.url)).status).toBe(405);
  expect(received).toEqual([]);
  expect(await post(bot.url, 'no JSON', secret)).toBe(200);
  expect(await post(bot.url, update, secret)).toBe(200);
  expect(received).toEqual(['hi']);
});

test('what was written while nobody listened comes once somebody does', async () => {
  await using sandbox = await TelegramSandbox.start();
  const ada = sandbox.createUser('Ada');
  {
    await using first = await hooked({ sandbox });
    void first.listen(intakeOf(() => {}));
    await sandbox.waitFor(() => first.logged('webhook set') === 1);
    await first.stop();
  }
  sandbox.say({ user: ada, chat: ada, text: 'anybody?' });
  await using second = await hooked({ sandbox });
  const heard = Promise.withResolvers<string>();
  void second.listen(intakeOf(({ text }) => heard.resolve(text)));
  expect(await heard.promise).toBe('anybody?');
});

test('setting the webhook is tried again when Telegram fails', async () => {
  await using bot = await hooked();
  bot.sandbox.faults.inject({ match: 'setWebhook', fault: { kind: 'drop-before' }, times: 2 });
  void bot.listen(intakeOf(() => {}));
  await bot.sandbox.waitFor(() => bot.logged('webhook set') === 1);
  expect(bot.logged('webhook not set')).toBe(1);
  expect(bot.lines.join()).not.toContain(secret);
});

test('back to polling, the webhook that was ours is deleted', async () => {
  await using sandbox = await TelegramSandbox.start();
  const memory = new MemoryMemory();
  {
    await using before = await hooked({ sandbox, memory });
    void before.listen(intakeOf(() => {}));
    await sandbox.waitFor(() => before.logged('webhook set') === 1);
  }
  await using bot = await rigOn(sandbox, { memory, keepsSandbox: true });
  void bot.listen(intakeOf(() => {}));
  await sandbox.waitFor(() => bot.adapter.health().up);
  expect(bot.logged('our webhook deleted')).toBe(1);
  expect(await memory.entries()).toEqual([]);
});

test('back to polling, the webhook of somebody else is left, and named', async () => {
  await using sandbox = await TelegramSandbox.start();
  const memory = new MemoryMemory();
  {
    await using before = await hooked({ sandbox, memory });
    void before.listen(intakeOf(() => {}));
    await sandbox.waitFor(() => before.logged('webhook set') === 1);
  }
  await fetch(`${sandbox.url}/bot${sandbox.token}/setWebhook?url=http://127.0.0.1:9/theirs`);
  await using bot = await rigOn(sandbox, { memory, keepsSandbox: true });
  void bot.listen(intakeOf(() => {}));
  await sandbox.waitFor(() => bot.logged('deleteWebhook') === 1);
  expect(calls(sandbox, 'deleteWebhook')).toBe(0);
  expect(bot.adapter.health().up).toBe(false);
});

test('a port that is taken is named with the setting to correct', async () => {
  await using bot = await hooked();
  await using other = await hooked();
  void bot.listen(intakeOf(() => {}));
  await bot.sandbox.waitFor(() => bot.logged('webhook set') === 1);
  const taken = new URL(bot.url).port;
  const env = { TELEGRAM_WEBHOOK_URL: other.url, TELEGRAM_WEBHOOK_PORT: taken };
  await using late = await rigOn(await TelegramSandbox.start(), { env });
  await expect(late.listen(intakeOf(() => {}))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('TELEGRAM_WEBHOOK_PORT'),
  });
});
