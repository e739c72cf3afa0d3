import { Api } from 'grammy';
import { expect, test } from 'vitest';

import { TelegramSandbox } from './telegram-sandbox.ts';

test('a user writes, the bot fetches, answers and edits', async () => {
  await using sandbox = await TelegramSandbox.start();
  const api = new Api(sandbox.token, { apiRoot: sandbox.url });
  const ada = sandbox.createUser('Ada', { languageCode: 'en' });

  const polled = api.getUpdates({ timeout: 20 });
  const said = sandbox.say({ user: ada, chat: ada, text: 'Hello' });
  const [update] = await polled;
  expect(update?.message).toMatchObject({
    message_id: said,
    text: 'Hello',
    from: { id: ada, first_name: 'Ada', language_code: 'en' },
    chat: { id: ada, type: 'private' },
  });

  const answer = await api.sendMessage(ada, '<b>Hi</b> &amp; welcome', {
    parse_mode: 'HTML',
    reply_parameters: { message_id: said },
  });
  await api.editMessageText(ada, answer.message_id, 'Bye');
  await sandbox.waitFor(() => sandbox.messages(ada).at(-1)?.text === 'Bye');
  expect(sandbox.messages(ada)).toMatchObject([
    { messageId: said, text: 'Hello', from: { name: 'Ada' } },
    {
      messageId: answer.message_id,
      replyTo: said,
      from: { isBot: true },
      edits: [{ text: 'Bye' }],
    },
  ]);

  expect(sandbox.pendingUpdates()).toBe(1);
  const confirmed = (update?.update_id ?? 0) + 1;
  expect(await api.getUpdates({ offset: confirmed })).toEqual([]);
  expect(sandbox.confirmedOffset).toBe(confirmed);
  expect(sandbox.pendingUpdates()).toBe(0);
});
