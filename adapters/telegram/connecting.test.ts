import pino from 'pino';
import { expect, test } from 'vitest';

import { TelegramSandbox } from '../../sandbox/telegram/telegram-sandbox.ts';
import { telegramEnv } from './env.ts';
import definition from './index.ts';

const clock = { now: () => 0, monotonic: () => 0, sleep: async () => {} };
const tools = { log: pino({ level: 'silent' }), clock };
const { signal } = new AbortController();

const adapterFor = (token: string | undefined, url: string) =>
  definition.create(telegramEnv.parse({ TELEGRAM_TOKEN: token, TELEGRAM_API_URL: url }), tools);

test('after connecting the adapter knows its account and name', async () => {
  await using sandbox = await TelegramSandbox.start();
  await using adapter = adapterFor(sandbox.token, sandbox.url);
  expect(() => adapter.account).toThrow(/not connected/);
  await adapter.connect(signal);
  expect(adapter.account).toBe(`telegram-${sandbox.botId}`);
  expect(adapter.displayName).toBe(`@${sandbox.botUsername}`);
  expect(adapter.health()).toEqual({ up: false, lastEventAtMs: null });
});

test('a token that Telegram does not know is refused with what to do', async () => {
  await using sandbox = await TelegramSandbox.start();
  const token = `${sandbox.botId}:${'x'.repeat(35)}`;
  await using adapter = adapterFor(token, sandbox.url);
  const error = await adapter.connect(signal).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'PLATFORM_TOKEN_REJECTED' });
  expect(String(error)).toMatch(/BotFather/);
  expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('xxx');
});

test.each([undefined, 'not-a-token', `123:${'x'.repeat(34)}/../y`])(
  'the token %j is refused without a request',
  async (token) => {
    await using sandbox = await TelegramSandbox.start();
    await using adapter = adapterFor(token, sandbox.url);
    await expect(adapter.connect(signal)).rejects.toMatchObject({
      code: 'PLATFORM_TOKEN_REJECTED',
      message: expect.stringMatching(/BotFather/) as string,
    });
    expect(sandbox.requests).toEqual([]);
  },
);

test.each([
  { kind: 'drop-before' as const },
  { kind: 'status' as const, status: 502 },
  { kind: 'status' as const, status: 200, body: '{"hello":"world"}' },
  { kind: 'status' as const, status: 200, body: '{"ok":true,"result":{}}' },
])('a Telegram that answers with %j is unreachable, and no secret is told', async (fault) => {
  await using sandbox = await TelegramSandbox.start();
  sandbox.faults.inject({ match: 'getMe', fault });
  await using adapter = adapterFor(sandbox.token, sandbox.url);
  const error = await adapter.connect(signal).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
  expect((error as Error).cause).toBeUndefined();
  expect(String((error as Error).stack)).not.toContain(sandbox.token);
});

test('the environment has a default address and forgives a slash at its end', () => {
  expect(telegramEnv.parse({})).toEqual({
    TELEGRAM_TOKEN: undefined,
    TELEGRAM_API_URL: 'https://api.telegram.org',
    TELEGRAM_WEBHOOK_HOST: '127.0.0.1',
    TELEGRAM_WEBHOOK_PORT: 8081,
  });
  const env = telegramEnv.parse({ TELEGRAM_TOKEN: ' 1:x ', TELEGRAM_API_URL: 'http://a.b:1//' });
  expect(env).toMatchObject({ TELEGRAM_TOKEN: '1:x', TELEGRAM_API_URL: 'http://a.b:1' });
  expect(definition.configured(env)).toBe(true);
  expect(definition.configured(telegramEnv.parse({}))).toBe(false);
  expect(telegramEnv.safeParse({ TELEGRAM_API_URL: 'ftp://a.b' }).success).toBe(false);
  const webhook = (url: string) => telegramEnv.safeParse({ TELEGRAM_WEBHOOK_URL: url }).success;
  expect(webhook('https://a.b/hook')).toBe(true);
  expect(webhook('http://127.0.0.1:1/hook')).toBe(true);
  expect(webhook('http://a.b/hook')).toBe(false);
});
