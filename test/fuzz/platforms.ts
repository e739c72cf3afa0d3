import { pino } from 'pino';

import { incomingMessage } from '../../adapters/discord/message.ts';
import {
  commandSchema,
  deletionSchema,
  editSchema,
  messageSchema,
  pressSchema,
} from '../../adapters/discord/payloads.ts';
import { Seal } from '../../adapters/discord/seal.ts';
import { incomingCommand, incomingPress } from '../../adapters/discord/slash-command.ts';
import { readUpdate } from '../../adapters/telegram/message.ts';
import { readBody } from '../../adapters/telegram/update-reading.ts';
import { WebhookServer } from '../../adapters/telegram/webhook-server.ts';
import type { Incoming } from '../../src/chat/port.ts';
import { mutated, mutatedText } from './foreign.ts';
import { target } from './fuzz.ts';

const log = pino({ level: 'silent' });

const ann = { id: '1', username: 'ann', global_name: 'Ann', bot: false };
const bot = { id: '9', username: 'grok', bot: true };
const discordMessage = {
  id: '100',
  channel_id: '5',
  guild_id: '6',
  type: 0,
  author: ann,
  member: { nick: 'Annie', roles: ['7', '91'] },
  content: 'hello <@9>, see <#5> and <@&91> <:wave:5> <t:1700000000:R> </ask:4>',
  mentions: [{ ...bot, member: { nick: null, roles: [] } }],
  mention_roles: ['91'],
  edited_timestamp: '2026-11-26T00:00:00Z',
  attachments: [
    {
      filename: 'a.png',
      content_type: 'image/png; x=y',
      size: 5,
      url: 'https://cdn.discordapp.com/a',
    },
  ],
  referenced_message: { author: bot, content: 'said before', mentions: [], attachments: [] },
};
const discordCommand = {
  id: '200',
  application_id: '9',
  type: 2,
  token: 'aW50ZXJhY3Rpb24',
  channel_id: '5',
  channel: { type: 11, parent_id: '4' },
  guild_id: '6',
  locale: 'zh-CN',
  member: { user: ann, nick: 'Annie', roles: ['7'] },
  data: { type: 1, name: 'ask', options: [{ name: 'prompt', value: 'What is it?' }] },
};

const discordPress = {
  ...discordCommand,
  type: 3,
  message: { id: '300' },
  data: { custom_id: '/stop dc-100', component_type: 2 },
};

const around = {
  botId: '9',
  botRole: '90',
  parent: '4',
  roleName: (id: string) => (id === '91' ? 'helpers' : undefined),
  channelName: (id: string) => (id === '5' ? 'talk' : undefined),
};
const seal = new Seal('a token');

/** What a gateway sends, mapped as the inbox does it. */
const gateway = target({
  name: 'events of Discord’s gateway',
  inputs: mutated(discordMessage, discordCommand, discordPress, {
    ids: ['1', '2'],
    channel_id: '5',
  }),
  check: (payload) => {
    for (const schema of [messageSchema, editSchema]) {
      const message = schema.safeParse(payload);
      if (message.success) sound(incomingMessage(message.data, around));
    }
    const command = commandSchema.safeParse(payload);
    if (command.success) sound(incomingCommand(command.data, seal, 1_700_000_000_000));
    const press = pressSchema.safeParse(payload);
    if (press.success) sound(incomingPress(press.data));
    deletionSchema.safeParse(payload);
  },
});

const ada = { id: 7, is_bot: false, first_name: 'Ada', last_name: 'L', language_code: 'en-GB' };
const telegramMessage = {
  message_id: 5,
  date: 1_700_000_000,
  chat: { id: -100, type: 'supergroup', is_forum: true },
  message_thread_id: 11,
  is_topic_message: true,
  from: ada,
  text: '@GrokBot what is 👩‍👩‍👧 https://x.ai?',
  entities: [
    { type: 'mention', offset: 0, length: 8 },
    { type: 'text_link', offset: 17, length: 8, url: 'https://x.ai' },
  ],
  quote: { text: 'only this', position: 0 },
  reply_to_message: {
    message_id: 3,
    from: { id: 42, is_bot: true, first_name: 'Grok' },
    text: 'I said',
    document: { file_id: 'f', file_name: 'a.txt', mime_type: 'text/plain', file_size: 3 },
  },
};
const telegramPhoto = {
  message_id: 6,
  date: 1_700_000_000,
  chat: { id: 7, type: 'private' },
  from: ada,
  media_group_id: '77',
  caption: '/ask@GrokBot what is this?',
  caption_entities: [{ type: 'bot_command', offset: 0, length: 12 }],
  photo: [
    { file_id: 's', width: 90, height: 90, file_size: 100 },
    { file_id: 'l', width: 900, height: 900, file_size: 10_000_000 },
  ],
};
const updates = [
  { update_id: 9, message: telegramMessage },
  { update_id: 10, message: telegramPhoto },
  { update_id: 11, edited_message: { ...telegramMessage, edit_date: 1_700_000_001 } },
  {
    update_id: 12,
    callback_query: { id: '1', from: ada, message: telegramMessage, data: '/stop tg-42-9' },
  },
  { update_id: 13, stopped_message_generation: { chat: { id: 7 }, draft_id: 1 } },
] as const;

const read = (body: string) =>
  readBody(body, (update) => readUpdate(update, { id: 42, username: 'GrokBot' }), log);

/** An update that cannot be read is passed over: nothing may hold up those behind it. */
const telegram = target({
  name: 'updates of Telegram',
  inputs: mutatedText(...updates),
  check: (body) => sound(read(body)?.message),
});

let posting: Promise<{ server: WebhookServer; url: string }> | undefined;

async function openWebhook() {
  const take = async (body: string) => {
    sound(read(body)?.message);
    return true;
  };
  const server = await WebhookServer.listen({ host: '127.0.0.1', port: 0, secret: 'known', take });
  return { server, url: `http://127.0.0.1:${server.port}/` };
}

/** Telegram is never refused an update, whatever it is: it would repeat it for ever. */
const webhook = target({
  name: 'bytes at the webhook',
  inputs: mutatedText(...updates).map((text) => Buffer.from(text, 'latin1')),
  check: async (body) => {
    posting ??= openWebhook();
    const { url } = await posting;
    const headers = { 'x-telegram-bot-api-secret-token': 'known' };
    const { status } = await fetch(url, { method: 'POST', body: new Uint8Array(body), headers });
    if (status !== 200) throw new Error(`the webhook answered ${status}`);
  },
  close: async () => {
    await (await posting)?.server[Symbol.asyncDispose]();
    posting = undefined;
  },
});

export const ofPlatforms = [gateway, telegram];
export const overSockets = [webhook];

/** Ids without which nothing can be answered, and places that `ALLOW` can name. */
function sound(message: Incoming | undefined): void {
  if (message === undefined) return;
  const { id, conversation, author, places } = message;
  if (!/^(?:dc|dc-i|tg-\d+)-./su.test(id) || conversation === '') throw new Error('no id');
  if (!/^(?:discord|telegram):./su.test(author.id)) throw new Error('no author');
  if (places.some((place) => !/^(?:discord|telegram):\w+:/.test(place)))
    throw new Error('no place');
}
