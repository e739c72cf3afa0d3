import type { RequestRecord } from './bot-api-server.ts';
import type { Chat } from './chats.ts';
import type { World } from './method.ts';

/** The state in words, for a test that waited in vain. */
export function pictureOf(
  { chats, feed }: World,
  requests: readonly Readonly<RequestRecord>[],
): string {
  return [
    ...[...chats.all()].filter(({ messages }) => messages.size > 0).map(pictureOfChat),
    `updates not confirmed: ${feed.pending.map(({ update_id: id }) => id).join(' ') || 'none'}`,
    `last requests: ${requests.slice(-10).map(pictureOfRequest).join(', ') || 'none'}`,
  ].join('\n');
}

function pictureOfChat(chat: Chat): string {
  const lines = [...chat.messages.values()].slice(-8).map((message) => {
    const edits = message.edits.length === 0 ? '' : ` (${message.edits.length} edits)`;
    const text = message.text.length > 80 ? `${message.text.slice(0, 80)}…` : message.text;
    return `  ${message.messageId} ${message.from.name}${edits}: ${JSON.stringify(text)}`;
  });
  return [`${chat.type} chat ${chat.id}:`, ...lines].join('\n');
}

function pictureOfRequest({ method, status }: Readonly<RequestRecord>): string {
  return `${method} ${status === undefined ? 'under way' : (status ?? 'cut')}`;
}
