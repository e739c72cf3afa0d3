import { Api, InputFile } from 'grammy';
import { expect, test } from 'vitest';

import { noLimits } from './rate-limits.ts';
import { TelegramSandbox } from './telegram-sandbox.ts';

async function rig() {
  const sandbox = await TelegramSandbox.start({ limits: noLimits });
  const ada = sandbox.createUser('Ada');
  const said = sandbox.say({ user: ada, chat: ada, text: 'Hello' });
  return {
    sandbox,
    api: new Api(sandbox.token, { apiRoot: sandbox.url }),
    ada,
    said,
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}

const html = { parse_mode: 'HTML' as const };

test.each([
  ['an empty text', '', 'message text is empty'],
  ['a text of blanks', ' \n ', 'message text is empty'],
  ['empty formatting', '<b> </b>', 'message text is empty'],
  ['a text over 4,096', 'x'.repeat(4_097), 'message is too long'],
  ['a text over 4,096 in UTF-16 units', '😀'.repeat(2_049), 'message is too long'],
  [
    'an open tag',
    '<b>x',
    `can't parse entities: Can't find end tag corresponding to start tag "b"`,
  ],
])('%s is refused', async (_, text, words) => {
  await using tg = await rig();
  await expect(tg.api.sendMessage(tg.ada, text, html)).rejects.toMatchObject({
    error_code: 400,
    description: `Bad Request: ${words}`,
  });
  expect(tg.sandbox.messages(tg.ada)).toHaveLength(1);
});

test('4,096 characters after parsing are taken, however long the markup', async () => {
  await using tg = await rig();
  const text = `<b>${'&lt;'.repeat(4_096)}</b>`;
  await expect(tg.api.sendMessage(tg.ada, text, html)).resolves.toMatchObject({ message_id: 2 });
});

test('a reply needs its message, unless it may do without', async () => {
  await using tg = await rig();
  const gone = { message_id: 99 };
  await expect(tg.api.sendMessage(tg.ada, 'x', { reply_parameters: gone })).rejects.toMatchObject({
    description: 'Bad Request: message to be replied not found',
  });
  const lenient = { ...gone, allow_sending_without_reply: true };
  await tg.api.sendMessage(tg.ada, 'x', { reply_parameters: lenient });
  expect(tg.sandbox.messages(tg.ada).at(-1)).toMatchObject({ text: 'x', replyTo: undefined });
});

test('an edit needs a message of the bot, and something new', async () => {
  await using tg = await rig();
  const { message_id: id } = await tg.api.sendMessage(tg.ada, '<b>x</b>', html);
  const edit = (message: number, text: string) =>
    tg.api.editMessageText(tg.ada, message, text, html).catch((error: unknown) => error);
  expect(await edit(id, '<strong>x</strong>')).toMatchObject({
    description: expect.stringContaining('message is not modified') as string,
  });
  expect(await edit(99, 'y')).toMatchObject({
    description: 'Bad Request: message to edit not found',
  });
  expect(await edit(tg.said, 'y')).toMatchObject({
    description: "Bad Request: message can't be edited",
  });
  expect(await edit(id, 'x')).toMatchObject({ message_id: id, text: 'x' });
});

test.each([
  ['an unknown chat', () => 99, 400, 'Bad Request: chat not found'],
  [
    'somebody who has never written',
    (sandbox: TelegramSandbox) => sandbox.createUser('Bob'),
    403,
    "Forbidden: bot can't initiate conversation with a user",
  ],
  [
    'somebody who has blocked the bot',
    (sandbox: TelegramSandbox) => {
      const bob = sandbox.createUser('Bob');
      sandbox.say({ user: bob, chat: bob, text: 'Hi' });
      sandbox.block(bob);
      return bob;
    },
    403,
    'Forbidden: bot was blocked by the user',
  ],
  [
    'a group that has kicked the bot',
    (sandbox: TelegramSandbox) => {
      const group = sandbox.createGroup('Cats', { supergroup: true });
      sandbox.kick(group);
      return group;
    },
    403,
    'Forbidden: bot was kicked from the supergroup chat',
  ],
])('to %s nothing can be sent', async (_, chat, code, description) => {
  await using tg = await rig();
  await expect(tg.api.sendMessage(chat(tg.sandbox), 'x')).rejects.toMatchObject({
    error_code: code,
    description,
  });
});

test('a group that became a supergroup tells its new number', async () => {
  await using tg = await rig();
  const group = tg.sandbox.createGroup('Cats');
  const next = tg.sandbox.migrate(group);
  await expect(tg.api.sendMessage(group, 'x')).rejects.toMatchObject({
    error_code: 400,
    parameters: { migrate_to_chat_id: next },
  });
  await expect(tg.api.sendMessage(next, 'x')).resolves.toMatchObject({ text: 'x' });
});

test('a topic has to exist', async () => {
  await using tg = await rig();
  const forum = tg.sandbox.createGroup('Forum', { forum: true });
  const topic = tg.sandbox.createTopic(forum, 'Cats');
  await tg.api.sendMessage(forum, 'Meow', { message_thread_id: topic });
  expect(tg.sandbox.messages(forum, { topic })).toMatchObject([{ text: 'Meow' }]);
  await expect(tg.api.sendMessage(forum, 'Meow', { message_thread_id: 5 })).rejects.toMatchObject({
    description: 'Bad Request: message thread not found',
  });
});

test('a document is uploaded as a form, with its caption', async () => {
  await using tg = await rig();
  const file = new InputFile(Buffer.from('# Answer'), 'answer.md');
  await tg.api.sendDocument(tg.ada, file, { caption: '<i>all of it</i>', ...html });
  expect(tg.sandbox.messages(tg.ada).at(-1)).toMatchObject({
    kind: 'document',
    file: { name: 'answer.md', bytes: 8 },
    text: 'all of it',
  });
});

test('a message of the bot can be deleted, once', async () => {
  await using tg = await rig();
  const { message_id: id } = await tg.api.sendMessage(tg.ada, 'x');
  expect(await tg.api.deleteMessage(tg.ada, id)).toBe(true);
  await expect(tg.api.deleteMessage(tg.ada, id)).rejects.toMatchObject({
    description: 'Bad Request: message to delete not found',
  });
});

test('too many messages are refused with the seconds to wait, edits counted', async () => {
  await using sandbox = await TelegramSandbox.start();
  const api = new Api(sandbox.token, { apiRoot: sandbox.url });
  const group = sandbox.createGroup('Cats');
  const { message_id: id } = await api.sendMessage(group, '0');
  for (let edit = 1; edit < 20; edit++) await api.editMessageText(group, id, String(edit));
  const error = await api.sendMessage(group, 'x').catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    error_code: 429,
    description: expect.stringMatching(/^Too Many Requests: retry after \d+$/) as string,
    parameters: { retry_after: expect.any(Number) as number },
  });
});
