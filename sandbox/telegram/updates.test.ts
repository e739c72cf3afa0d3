import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Api } from 'grammy';
import { expect, test } from 'vitest';

import { TelegramSandbox } from './telegram-sandbox.ts';

async function rig() {
  const sandbox = await TelegramSandbox.start();
  return {
    sandbox,
    api: new Api(sandbox.token, { apiRoot: sandbox.url }),
    ada: sandbox.createUser('Ada'),
    [Symbol.asyncDispose]: () => sandbox[Symbol.asyncDispose](),
  };
}

test('updates are numbered in sequence and stay until they are confirmed', async () => {
  await using tg = await rig();
  for (const text of ['a', 'b', 'c']) tg.sandbox.say({ user: tg.ada, chat: tg.ada, text });
  const [first, second] = await tg.api.getUpdates({ limit: 2 });
  expect(second?.update_id).toBe((first?.update_id ?? 0) + 1);
  expect(await tg.api.getUpdates()).toHaveLength(3);
  const rest = await tg.api.getUpdates({ offset: (second?.update_id ?? 0) + 1 });
  expect(rest).toMatchObject([{ message: { text: 'c' } }]);
  expect(await tg.api.getUpdates({ offset: -1 })).toHaveLength(1);
});

test('only allowed kinds of updates are kept, and the list lasts until the next one', async () => {
  await using tg = await rig();
  const written = tg.sandbox.say({ user: tg.ada, chat: tg.ada, text: 'a' });
  await tg.api.getUpdates({ offset: -1, allowed_updates: ['message'] });
  tg.sandbox.editByUser(tg.ada, written, 'b');
  expect(await tg.api.getUpdates()).toHaveLength(1);
  await tg.api.getUpdates({ allowed_updates: [] });
  tg.sandbox.editByUser(tg.ada, written, 'c');
  expect(await tg.api.getUpdates()).toMatchObject([{}, { edited_message: { text: 'c' } }]);
});

test('in a group with privacy mode the bot hears only what is meant for it', async () => {
  await using tg = await rig();
  const { sandbox, ada, api } = tg;
  const group = sandbox.createGroup('Cats');
  const answer = await api.sendMessage(group, 'I am Grok');
  const say = (text: string, replyTo?: number) =>
    sandbox.say({ user: ada, chat: group, text, ...(replyTo === undefined ? {} : { replyTo }) });
  say('plain');
  say('/ask one');
  say('/ask@another_bot no');
  say(`@${sandbox.botUsername} two`);
  say(`mail@${sandbox.botUsername}.org no`);
  say('three', answer.message_id);
  const all = sandbox.createGroup('Dogs', { privacy: false });
  sandbox.say({ user: ada, chat: all, text: 'four' });
  const texts = (await api.getUpdates()).map(({ message }) => message?.text);
  expect(texts).toEqual(['/ask one', `@${sandbox.botUsername} two`, 'three', 'four']);
});

test('a second poll pushes the first out', async () => {
  await using tg = await rig();
  const first = tg.api.getUpdates({ timeout: 30 }).catch((error: unknown) => error);
  await tg.sandbox.waitFor(() => tg.sandbox.requests.length === 1);
  await tg.api.getUpdates();
  expect(await first).toMatchObject({
    error_code: 409,
    description:
      'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  });
});

test('a webhook gets the updates with its secret until it takes them, and excludes polling', async () => {
  await using tg = await rig();
  const seen: { text: unknown; secret: unknown }[] = [];
  let refusals = 2;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const update = JSON.parse(body) as { message: { text: string } };
      const secret = request.headers['x-telegram-bot-api-secret-token'];
      seen.push({ text: update.message.text, secret });
      response.writeHead(refusals-- > 0 ? 503 : 200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  await tg.api.setWebhook(`http://127.0.0.1:${port}/hook`, { secret_token: 's3cret' });
  tg.sandbox.say({ user: tg.ada, chat: tg.ada, text: 'a' });
  tg.sandbox.say({ user: tg.ada, chat: tg.ada, text: 'b' });
  await tg.sandbox.waitFor(() => tg.sandbox.pendingUpdates() === 0);
  expect(seen.map(({ text }) => text)).toEqual(['a', 'a', 'a', 'b']);
  expect(new Set(seen.map(({ secret }) => secret))).toEqual(new Set(['s3cret']));
  await expect(tg.api.getUpdates()).rejects.toMatchObject({ error_code: 409 });
  expect(await tg.api.getWebhookInfo()).toMatchObject({
    pending_update_count: 0,
    last_error_message: expect.stringContaining('503') as string,
  });

  await tg.api.deleteWebhook();
  expect(await tg.api.getUpdates()).toEqual([]);
  server.close();
});
