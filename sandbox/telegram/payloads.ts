import { fileId, type Account, type Chat, type StoredMessage } from './chats.ts';

/** A `User` of https://core.telegram.org/bots/api#user. */
export function userPayload(account: Account): Record<string, unknown> {
  return {
    id: account.id,
    is_bot: account.isBot,
    first_name: account.name,
    username: account.username,
    ...(account.languageCode === undefined ? {} : { language_code: account.languageCode }),
  };
}

/** A `Chat` of https://core.telegram.org/bots/api#chat. */
export function chatPayload(chat: Chat): Record<string, unknown> {
  if (chat.type === 'private') return { id: chat.id, type: chat.type, first_name: chat.title };
  return {
    id: chat.id,
    type: chat.type,
    title: chat.title,
    ...(chat.isForum ? { is_forum: true } : {}),
  };
}

/** A `Message` of https://core.telegram.org/bots/api#message, the replied-to message inside. */
export function messagePayload(chat: Chat, message: StoredMessage, depth = 1): object {
  const replied = message.replyTo === undefined ? undefined : chat.messages.get(message.replyTo);
  const lastEdit = message.edits.at(-1);
  return {
    message_id: message.messageId,
    date: Math.floor(message.sentAtMs / 1_000),
    chat: chatPayload(chat),
    from: userPayload(message.from),
    ...(message.threadId === undefined
      ? {}
      : { message_thread_id: message.threadId, is_topic_message: true }),
    ...(lastEdit === undefined ? {} : { edit_date: Math.floor(lastEdit.atMs / 1_000) }),
    ...(replied === undefined || depth === 0
      ? {}
      : { reply_to_message: messagePayload(chat, replied, depth - 1) }),
    ...contentPayload(message),
  };
}

function contentPayload(message: StoredMessage): object {
  const { kind, text, entities, file } = message;
  const ids = { file_id: fileId(message), file_unique_id: fileId(message) };
  const size = file === undefined ? {} : { file_size: file.bytes };
  const some = entities.length > 0;
  switch (kind) {
    case 'text':
      return { text, ...(some ? { entities } : {}) };
    case 'photo': {
      const photo = [{ ...ids, ...size, width: 90, height: 90 }];
      return { photo, ...captionPayload(text, entities) };
    }
    case 'document': {
      const document = { ...ids, ...size, file_name: file?.name, mime_type: file?.mime };
      return { document, ...captionPayload(text, entities) };
    }
    case 'service':
      return { [text]: true };
  }
}

function captionPayload(text: string, entities: StoredMessage['entities']): object {
  if (text === '') return {};
  return { caption: text, ...(entities.length > 0 ? { caption_entities: entities } : {}) };
}
