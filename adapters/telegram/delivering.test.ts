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
import { envOf } from './test-bed.ts';

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
  const adapter = new TelegramAdapter(envOf(sandbox), { log, clock });
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

test('a topic gets its answer in the topic', async () => {
  await using bot = await rig();
  const forum = bot.sandbox.createGroup('Forum', { forum: true });
  const topic = bot.sandbox.createTopic(forum, 'Cats');
  await bot.adapter.post(writeAddress({ chat: forum, thread: topic }), say('Meow'), signal);
  expect(bot.sandbox.messages(forum, { topic })).toMatchObject([{ text: 'Meow' }]);
});

test('an answer arrives although the question was deleted', async () => {
  await using bot = await rig();
  bot.sandbox.deleteMessage(bot.ada, bot.asked);
  const done = await bot.adapter.post(bot.address, say('Too late'), signal);
  expect(done).toMatchObject({ kind: 'done' });
  expect(bot.last()).toMatchObject({ text: 'Too late', replyTo: undefined });
});

test('4,096 characters after parsing fit, one more is refused', async () => {
  await using bot = await rig();
  const longest = `**${'x'.repeat(4_095)}**&`;
  expect(bot.adapter.measure(longest)).toBe(bot.adapter.maxChars);
  const done = await bot.adapter.post(bot.address, say(longest), signal);
  expect(done).toMatchObject({ kind: 'done' });
  const tooLong = await bot.adapter.post(bot.address, say(`${longest}y`), signal);
  expect(tooLong).toEqual({ kind: 'refused', why: '400 Bad Request: message is too long' });
});

test('markup that Telegram refuses all the same is sent as plain text, which pings nobody', async () => {
  await using bot = await rig();
  const body = JSON.stringify({
    ok: false,
    error_code: 400,
    description: "Bad Request: can't parse entities: Unsupported start tag",
  });
  bot.sandbox.faults.inject({ match: 'sendMessage', fault: { kind: 'status', status: 400, body } });
  const done = await bot.adapter.post(bot.address, say('**a** < b, `@alice`'), signal);
  expect(done).toMatchObject({ kind: 'done' });
  const plain = { entities: [], html: undefined, pinged: [] };
  expect(bot.last()).toMatchObject({ text: 'a < b, \uFF20alice', ...plain });
});

test('a pause that Telegram asks for is told in milliseconds', async () => {
  await using bot = await rig();
  const body = JSON.stringify({
    ok: false,
    error_code: 429,
    description: 'Too Many Requests: retry after 137',
    parameters: { retry_after: 137 },
  });
  bot.sandbox.faults.inject({ match: 'sendMessage', fault: { kind: 'status', status: 429, body } });
  const wait = await bot.adapter.post(bot.address, say('Hi'), signal);
  expect(wait).toEqual({ kind: 'wait', afterMs: 137_000 });
  expect(bot.sandbox.messages(bot.ada)).toHaveLength(1);
});

test.each([
  { kind: 'drop-after' as const },
  { kind: 'drop-before' as const },
  { kind: 'status' as const, status: 502 },
  { kind: 'status' as const, status: 500, body: '{"ok":false,"error_code":500,"description":"x"}' },
])('nobody knows what became of a message answered with %j', async (fault) => {
  await using bot = await rig();
  bot.sandbox.faults.inject({ match: /sendMessage|editMessageText/, fault, times: 2 });
  expect(await bot.adapter.post(bot.address, say('Hi'), signal)).toMatchObject({ kind: 'unknown' });
  const edited = await bot.adapter.edit(bot.address, '1', say('Hi'), signal);
  expect(edited).toMatchObject({ kind: 'unknown' });
  expect(bot.lines.join()).not.toContain(bot.sandbox.token);
  expect(JSON.stringify(edited)).not.toContain(bot.sandbox.token);
});

test('a message to a Telegram that is not there was never sent', async () => {
  await using bot = await rig();
  await bot.sandbox[Symbol.asyncDispose]();
  // The connection that was still open fails this one.
  await bot.adapter.typing(bot.address, signal);
  const wait = await bot.adapter.post(bot.address, say('Hi'), signal);
  expect(wait).toMatchObject({ kind: 'wait' });
});

test('a stopped request ends at once, its fate unknown', async () => {
  await using bot = await rig();
  bot.sandbox.faults.inject({ match: 'sendMessage', fault: { kind: 'hang' } });
  const stop = new AbortController();
  const posted = bot.adapter.post(bot.address, say('Hi'), stop.signal);
  await bot.sandbox.waitFor(() => bot.sandbox.requests.some((r) => r.method === 'sendMessage'));
  stop.abort();
  expect(await posted).toMatchObject({ kind: 'unknown' });
});

test('a chat that the bot may not write in refuses for good', async () => {
  await using bot = await rig();
  const group = bot.sandbox.createGroup('Cats');
  bot.sandbox.block(bot.ada);
  bot.sandbox.kick(group);
  const post = (chat: number) => bot.adapter.post(writeAddress({ chat }), say('Hi'), signal);
  expect(await post(bot.ada)).toEqual({
    kind: 'refused',
    why: '403 Forbidden: bot was blocked by the user',
  });
  expect(await post(group)).toMatchObject({ kind: 'refused' });
  expect(await post(99)).toEqual({ kind: 'refused', why: '400 Bad Request: chat not found' });
});

test('a group that became a supergroup has a new address', async () => {
  await using bot = await rig();
  const group = bot.sandbox.createGroup('Cats');
  const moved = bot.sandbox.migrate(group);
  const old = writeAddress({ chat: group, replyTo: 3 });
  const delivery = await bot.adapter.post(old, say('Hi'), signal);
  expect(delivery).toEqual({ kind: 'moved', address: writeAddress({ chat: moved }) });
});

test('an edit of a message that is gone finds it missing', async () => {
  await using bot = await rig();
  await bot.adapter.post(bot.address, say('Hi'), signal);
  const id = bot.last()?.messageId ?? 0;
  bot.sandbox.deleteMessage(bot.ada, id);
  const edited = await bot.adapter.edit(bot.address, String(id), say('Bye'), signal);
  expect(edited).toEqual({ kind: 'missing' });
});

test('typing is shown, and that it fails harms nobody', async () => {
  await using bot = await rig();
  await bot.adapter.typing(bot.address, signal);
  expect(bot.sandbox.requests.at(-1)).toMatchObject({ method: 'sendChatAction', status: 200 });
  bot.sandbox.faults.inject({ match: 'sendChatAction', fault: { kind: 'drop-before' } });
  await expect(bot.adapter.typing(bot.address, signal)).resolves.toBeUndefined();
});

test('previews keep the pace that Telegram allows', async () => {
  await using bot = await rig();
  expect(bot.adapter.previewIntervalMs(bot.address)).toBe(1_100);
  expect(bot.adapter.previewIntervalMs(writeAddress({ chat: -5 }))).toBe(3_400);
});

test('topics of a group are one chat, and what is no address is one of its own', async () => {
  await using bot = await rig();
  const chatOf = (thread: number) => bot.adapter.chatOf?.(writeAddress({ chat: -5, thread }));
  expect(chatOf(1)).toBe(chatOf(2));
  expect(bot.adapter.chatOf?.('of another kind')).toBe('of another kind');
});
