import type { Account, Chat, StoredMessage, TelegramFile } from './chats.ts';
import type { Entity } from './formatted-text.ts';
import type { Press } from './inline-buttons.ts';
import type { World } from './method.ts';
import { messagePayload, userPayload } from './payloads.ts';
import { findEntities } from './user-entities.ts';

export interface Saying {
  readonly user: number;
  /** A private chat is the user's id. */
  readonly chat: number;
  readonly text: string;
  readonly replyTo?: number;
  readonly topic?: number;
  /** Formatting by hand, beside the mentions and commands that Telegram finds: `code`, a link. */
  readonly entities?: readonly Entity[];
  /** One of several that were sent as one, which all have this name. */
  readonly album?: string;
  /** It is passed on: the person or the channel that wrote it. */
  readonly forwardOf?: { readonly person: string } | { readonly channel: string };
  /** The text is the caption of a picture. */
  readonly photo?: boolean;
  /** What is sent with it: as a photo where `photo` says so, else as a document. */
  readonly file?: Pick<TelegramFile, 'name' | 'content'> & Partial<TelegramFile>;
}

/** Where a user's client cuts a text in two. */
const longestText = 4_096;

/** Stores what somebody writes and tells the bot, if the bot may hear it. */
export function say(world: World, saying: Saying): StoredMessage {
  const { chats, feed } = world;
  const chat = chatNamed(world, saying.chat);
  const user = accountNamed(world, saying.user);
  if (saying.topic !== undefined && !chat.topics.has(saying.topic)) {
    throw new Error(`Chat ${chat.id} has no topic ${saying.topic}`);
  }
  if (saying.text.length > longestText) {
    throw new Error(`A client cuts what is longer than ${longestText}; say it in parts`);
  }
  chat.begun = true;
  if (chat.type === 'private') chat.closed = false;
  const message = chats.post(chat, {
    from: user,
    content: { text: saying.text, entities: entitiesOf(saying.text, saying.entities) },
    threadId: saying.topic,
    replyTo: saying.replyTo,
    kind: saying.photo === true ? 'photo' : saying.file === undefined ? 'text' : 'document',
    ...(saying.file === undefined
      ? {}
      : { file: { mime: '', bytes: saying.file.content.length, ...saying.file } }),
  });
  const album = saying.album === undefined ? {} : { media_group_id: saying.album };
  if (hears(world, chat, message)) {
    feed.add('message', { ...messagePayload(chat, message), ...album, ...originOf(saying) });
  }
  return message;
}

/** https://core.telegram.org/bots/api#messageorigin */
function originOf({ forwardOf }: Saying): object {
  if (forwardOf === undefined) return {};
  const date = 1_700_000_000;
  const forward_origin =
    'person' in forwardOf
      ? { type: 'hidden_user', date, sender_user_name: forwardOf.person }
      : { type: 'channel', date, message_id: 1, chat: { id: -1, title: forwardOf.channel } };
  return { forward_origin };
}

export function editByUser(world: World, chatId: number, messageId: number, text: string): void {
  const { bot, chats, feed } = world;
  const chat = chatNamed(world, chatId);
  const message = chat.messages.get(messageId);
  if (message === undefined || message.from.id === bot.id) {
    throw new Error(`Chat ${chatId} has no message ${messageId} of a user's`);
  }
  chats.edit(message, { text, entities: entitiesOf(text, []) });
  if (hears(world, chat, message)) feed.add('edited_message', messagePayload(chat, message));
}

/** Presses the button that says `label`. @throws {Error} when there is none. */
export function press(world: World, { user, chat: chatId, messageId, label }: Pressing): Press {
  const { feed, presses } = world;
  const chat = chatNamed(world, chatId);
  const message = chat.messages.get(messageId);
  const button = message?.buttons.find(({ text }) => text.includes(label));
  if (message === undefined || button === undefined) {
    throw new Error(`Message ${messageId} of chat ${chatId} has no button “${label}”`);
  }
  const pressed: Press = { id: `press-${presses.size + 1}`, user, answer: undefined };
  presses.set(pressed.id, pressed);
  feed.add('callback_query', {
    id: pressed.id,
    from: userPayload(accountNamed(world, user)),
    chat_instance: String(chat.id),
    message: messagePayload(chat, message),
    data: button.data,
  });
  return pressed;
}

export interface Pressing {
  readonly user: number;
  readonly chat: number;
  readonly messageId: number;
  /** Or a part of it. */
  readonly label: string;
}

/** Makes a supergroup of a group: a new chat with a new id, of which the bot is told. */
export function migrate(world: World, chatId: number, newId: number): void {
  const { chats, feed } = world;
  const old = chatNamed(world, chatId);
  const { title, privacy } = old;
  const next = chats.add({ id: newId, type: 'supergroup', title, privacy });
  const [from] = chats.accounts.values();
  if (from === undefined) throw new Error('A group without anybody cannot migrate');
  const service = (chat: Chat, text: string) =>
    chats.post(chat, { from, content: { text, entities: [] }, kind: 'service' });
  const left = messagePayload(old, service(old, 'migrated'));
  const arrived = messagePayload(next, service(next, 'migrated'));
  old.migratedTo = newId;
  feed.add('message', { ...left, migrate_to_chat_id: newId });
  feed.add('message', { ...arrived, migrate_from_chat_id: chatId });
}

export function chatNamed({ chats }: World, id: number): Chat {
  const chat = chats.find(id);
  if (chat === undefined) throw new Error(`The sandbox has no chat ${id}`);
  return chat;
}

function accountNamed({ chats }: World, id: number): Account {
  const account = chats.accounts.get(id);
  if (account === undefined) throw new Error(`The sandbox has no user ${id}`);
  return account;
}

function entitiesOf(text: string, more: readonly Entity[] = []): Entity[] {
  const isInCode = ({ offset }: Entity) =>
    more.some((e) => e.type === 'code' && e.offset <= offset && offset < e.offset + e.length);
  const found = findEntities(text).filter((entity) => !isInCode(entity));
  return [...found, ...more].sort((a, b) => a.offset - b.offset);
}

/**
 * In private the bot hears all; in a group with privacy mode only commands that may be for it, its
 * mentions, and replies to it (https://core.telegram.org/bots/features#privacy-mode).
 */
function hears({ bot }: World, chat: Chat, message: StoredMessage): boolean {
  if (chat.closed) return false;
  if (chat.type === 'private' || !chat.privacy) return true;
  const replied = message.replyTo === undefined ? undefined : chat.messages.get(message.replyTo);
  if (replied?.from.id === bot.id) return true;
  const name = `@${bot.username}`.toLowerCase();
  return message.entities.some(({ type, offset, length }) => {
    const said = message.text.slice(offset, offset + length).toLowerCase();
    if (type === 'mention') return said === name;
    return type === 'bot_command' && (!said.includes('@') || said.endsWith(name));
  });
}
