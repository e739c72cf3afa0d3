import type { Incoming } from '#port';

import { writeAddress } from './address.ts';
import type { TelegramMessage } from './update-schema.ts';

type Placed = Pick<TelegramMessage, 'chat' | 'message_thread_id' | 'is_topic_message'> &
  Partial<Pick<TelegramMessage, 'message_id'>>;

/** Where a message stands: its conversation, where an answer to it goes, and the places for `ALLOW`. */
export function placeOf(message: Placed): Pick<Incoming, 'conversation' | 'address' | 'places'> {
  const { id } = message.chat;
  const thread = threadOf(message);
  return {
    conversation: thread === undefined ? `${id}` : `${id}_${thread}`,
    address: writeAddress({ chat: id, thread, replyTo: message.message_id }),
    places: [
      `telegram:chat:${id}`,
      ...(thread === undefined ? [] : [`telegram:topic:${id}:${thread}`]),
    ],
  };
}

/** Somebody of https://core.telegram.org/bots/api#user. */
export function writerOf(
  user: NonNullable<TelegramMessage['from']>,
): Pick<Incoming, 'author' | 'fromBot'> {
  return {
    author: {
      id: `telegram:${user.id}`,
      name: [user.first_name, user.last_name].filter(Boolean).join(' '),
      locale: user.language_code,
    },
    fromBot: user.is_bot,
  };
}

/** Threads of replies in a group without topics have a number, too; they are no conversations. */
function threadOf(message: Placed): number | undefined {
  return message.is_topic_message === true ? message.message_thread_id : undefined;
}
