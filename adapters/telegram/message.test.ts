import { expect, test } from 'vitest';

import { readUpdate } from './message.ts';

const bot = { id: 42, username: 'GrokBot' };
const ada = { id: 7, is_bot: false, first_name: 'Ada', last_name: 'L', language_code: 'en-GB' };
const group = { id: -100, type: 'supergroup' };
const own = { message_id: 3, from: { id: 42, is_bot: true, first_name: 'Grok' }, text: 'I said' };

/** Reads a message of Ada's in the group, where `parts` say nothing else. */
const read = (parts: object) =>
  said({ update_id: 9, message: { message_id: 5, date: 1, chat: group, from: ada, ...parts } });

const said = (update: Parameters<typeof readUpdate>[0]) => readUpdate(update, bot)?.message;

const entity = (type: string, text: string, part: string, more: object = {}) => ({
  type,
  offset: text.indexOf(part),
  length: part.length,
  ...more,
});

/** A text with the mention or the command in it marked as Telegram marks it. */
const marked = (text: string, part: string, type = 'mention') => ({
  text,
  entities: [entity(type, text, part)],
});

test('a private message is always for the bot', () => {
  expect(read({ chat: { id: 7, type: 'private' }, text: 'Hello' })).toEqual({
    id: 'tg-42-9',
    conversation: '7',
    address: '{"chat":7,"replyTo":5}',
    author: { id: 'telegram:7', name: 'Ada L', locale: 'en-GB' },
    fromBot: false,
    isPrivate: true,
    isAddressed: true,
    places: ['telegram:chat:7'],
    text: 'Hello',
    quoted: undefined,
  });
});

test('a topic is a conversation and a place of its own', () => {
  expect(read({ text: 'Hi', message_thread_id: 11, is_topic_message: true })).toMatchObject({
    conversation: '-100_11',
    address: '{"chat":-100,"thread":11,"replyTo":5}',
    places: ['telegram:chat:-100', 'telegram:topic:-100:11'],
    isAddressed: false,
  });
});

test('a thread of replies outside a forum is part of its group', () => {
  expect(read({ text: 'Hi', message_thread_id: 11 })).toMatchObject({
    conversation: '-100',
    places: ['telegram:chat:-100'],
  });
});

test.each([
  ['a mention', marked('@grokbot  what is this?', '@grokbot'), 'what is this?'],
  ['a mention in the middle', marked('so @GrokBot tell me', '@GrokBot'), 'so tell me'],
  [
    'a mention by a name without @',
    {
      text: 'Grok, hi',
      entities: [{ type: 'text_mention', offset: 0, length: 4, user: { id: 42 } }],
    },
    ', hi',
  ],
  ['a command of ours', marked('/ask why?', '/ask', 'bot_command'), '/ask why?'],
  ['a command by name', marked('/ask@GrokBot why?', '/ask@GrokBot', 'bot_command'), '/ask why?'],
  ['any command by name', marked('/foo@grokbot', '/foo@grokbot', 'bot_command'), '/foo'],
  ['a reply to the bot', { text: 'And then?', reply_to_message: own }, 'And then?'],
  [
    'a caption that mentions the bot',
    { caption: '@GrokBot look', caption_entities: [entity('mention', '@GrokBot', '@GrokBot')] },
    'look',
  ],
  ['a command after the mention', marked('@GrokBot /reset', '@GrokBot'), '/reset'],
])('%s in a group is for the bot', (_, parts, text) => {
  expect(read(parts)).toMatchObject({ isAddressed: true, isPrivate: false, text });
});

test('who may not talk is told so for a command that names the bot, and not in private', () => {
  const named = marked('/ask@GrokBot why?', '/ask@GrokBot', 'bot_command');
  expect(read(named)).toMatchObject({ refusal: 'here' });
  for (const quiet of [
    marked('/ask why?', '/ask', 'bot_command'),
    marked('@grokbot hi', '@grokbot'),
  ])
    expect(read(quiet)).not.toHaveProperty('refusal');
  expect(read({ ...named, chat: { id: 7, type: 'private' } })).not.toHaveProperty('refusal');
});

test.each([
  ['plain talk', { text: 'Hello' }],
  ['the name without an entity', { text: 'see @GrokBot in `code`' }],
  ['the mention of somebody with a longer name', marked('@GrokBot2 hi', '@GrokBot2')],
  ['a bare command that is not ours', marked('/weather', '/weather', 'bot_command')],
  ['a reply to somebody else', { text: 'Yes', reply_to_message: { ...own, from: ada } }],
  [
    'a message in a topic that the bot has made',
    {
      text: 'Hello',
      is_topic_message: true,
      message_thread_id: 3,
      reply_to_message: { ...own, text: undefined, forum_topic_created: { name: 'x' } },
    },
  ],
])('%s in a group is not for the bot', (_, parts) => {
  expect(read(parts)).toMatchObject({ isAddressed: false });
});

test.each([
  ['a command for another bot', marked('/ask@OtherBot hi', '/ask@OtherBot', 'bot_command')],
  ['news of the chat', { new_chat_members: [ada] }],
  ['news of the chat in private', { chat: { id: 7, type: 'private' }, pinned_message: own }],
  ['a message of nobody', { from: undefined, text: 'post' }],
])('%s is not read', (_, parts) => {
  expect(read(parts)).toBeUndefined();
});

test.each([
  ['a sticker', { sticker: { file_id: 'x' } }],
  ['a place', { location: { latitude: 1, longitude: 2 } }],
  ['a venue', { venue: { title: 'Here' }, location: { latitude: 1, longitude: 2 } }],
  ['a contact', { contact: { phone_number: '1', first_name: 'Eve' } }],
  ['a poll', { poll: { id: '1', question: 'Why?' } }],
  ['a die', { dice: { emoji: '🎲', value: 6 } }],
  ['a game', { game: { title: 'Go' } }],
  ['a story', { story: { id: 1 } }],
  ['a checklist', { checklist: { title: 'To do' } }],
])('%s is for the bot in private and in reply to it, as what it cannot read', (_, parts) => {
  const unreadable = { isUnreadable: true, isAddressed: true, text: '' };
  expect(read({ ...parts, chat: { id: 7, type: 'private' } })).toMatchObject(unreadable);
  expect(read({ ...parts, reply_to_message: own })).toMatchObject(unreadable);
  expect(read(parts)).toMatchObject({ isAddressed: false });
});

test('what a reply refers to is quoted, unless the bot itself has said it', () => {
  const theirs = { ...own, from: ada, text: 'the sky is green' };
  expect(read({ text: 'True?', reply_to_message: theirs })?.quoted).toBe('the sky is green');
  const picture = { ...theirs, text: undefined, caption: 'a cat' };
  expect(read({ text: 'True?', reply_to_message: picture })?.quoted).toBe('a cat');
  const ofOwn = read({ text: 'True?', reply_to_message: own });
  expect(ofOwn?.quoted).toBeUndefined();
  expect(ofOwn?.chain).toEqual([{ text: own.text, isOurs: true }]);
  const passage = { text: 'said', is_manual: true };
  expect(read({ text: 'True?', reply_to_message: own, quote: passage })?.quoted).toBe('said');
});

test.each([
  ['document', '文件', 'file'],
  ['video', '视频', 'video'],
  ['audio', '音频', 'audio'],
  ['voice', '语音消息', 'voice message'],
  ['video_note', '视频消息', 'video message'],
])('a %s without a name has one in the language of who is told of it', (kind, chinese, english) => {
  const file = { [kind]: { file_id: 'f' } };
  const li = { ...ada, language_code: 'zh-hans' };
  const nameOf = (parts: object) => read(parts)?.files?.map(({ name }) => name);
  expect(nameOf({ ...file, from: li })).toEqual([chinese]);
  expect(nameOf(file)).toEqual([english]);
  const quoted = { ...own, ...file, from: ada, text: undefined };
  expect(nameOf({ text: 'See', from: li, reply_to_message: quoted })).toEqual([chinese]);
  expect(nameOf({ [kind]: { file_id: 'f', file_name: 'a.bin' }, from: li })).toEqual(['a.bin']);
});

test('parts of an album, and texts that the client has cut, say that they may go on', () => {
  const partOf = (parts: object) => read({ chat: { id: 7, type: 'private' }, ...parts })?.part;
  const photo = [{ file_id: 'f', file_unique_id: 'u', width: 90, height: 90 }];
  const picture = { photo, caption: 'Look', media_group_id: '77' };
  expect(partOf(picture)).toEqual({ kind: 'album', album: '77' });
  expect(partOf({ text: 'x'.repeat(4_096) })).toEqual({ kind: 'cut', glue: '' });
  expect(partOf({ text: 'x'.repeat(4_050) })).toEqual({ kind: 'cut', glue: '\n' });
  expect(partOf({ text: `${'x'.repeat(4_095)}\n` })).toEqual({ kind: 'cut', glue: '\n' });
  expect(partOf({ text: 'x'.repeat(3_999) })).toBeUndefined();
});

const forwarded = (origin: object, parts: object = {}) =>
  read({ chat: { id: 7, type: 'private' }, text: 'Buy!', forward_origin: origin, ...parts });

test.each([
  [
    'a person',
    { type: 'user', sender_user: { id: 5, first_name: 'Eve', last_name: 'Ill' } },
    'Eve Ill',
  ],
  ['a person who hides', { type: 'hidden_user', sender_user_name: 'Eve' }, 'Eve'],
  ['a group', { type: 'chat', sender_chat: { id: -1, title: 'Club' } }, 'Club'],
  [
    'a channel',
    { type: 'channel', chat: { id: -2, title: 'News' }, message_id: 4, author_signature: 'Ed' },
    'News, Ed',
  ],
])('what is passed on from %s is not its author’s own word', (_, origin, from) => {
  expect(forwarded(origin)).toMatchObject({
    text: '',
    forwarded: [{ from, text: 'Buy!' }],
    part: { kind: 'forward' },
  });
});

test('a command that is passed on is none', () => {
  const origin = { type: 'hidden_user', sender_user_name: 'Eve' };
  expect(forwarded(origin, marked('/reset', '/reset', 'bot_command'))).toMatchObject({
    text: '',
    forwarded: [{ text: '/reset' }],
  });
});

test('a message from a bot says so', () => {
  expect(read({ text: 'Hi', from: { ...ada, is_bot: true } })).toMatchObject({ fromBot: true });
});

test('a message that is not as documented is refused rather than half read', () => {
  expect(() => read({ text: 5 })).toThrow(/text/);
});
