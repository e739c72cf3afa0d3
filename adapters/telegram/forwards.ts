import type { Cited } from '#port';

import type { Heard } from './update-reading.ts';
import type { TelegramContent, TelegramOrigin } from './update-schema.ts';

/** What a message passes on, or undefined when its author wrote it. */
export function forwardOf({
  forward_origin: origin,
  text,
  caption,
}: Pick<TelegramContent, 'forward_origin' | 'text' | 'caption'>): Cited | undefined {
  if (origin === undefined) return undefined;
  const from = nameOf(origin);
  return { ...(from === '' ? {} : { from }), text: text ?? caption ?? '' };
}

/**
 * Marks what was said to messages that are passed on with it. Telegram's clients send it first, as a
 * message of its own, in the same second; where the two come in one batch of updates, it is seen.
 */
export function withComments(batch: readonly Heard[]): Heard[] {
  return batch.map((heard, at) => {
    const { message } = heard;
    if (heard.kind !== 'said' || message.part !== undefined || message.text.startsWith('/')) {
      return heard;
    }
    const rest = batch.slice(at + 1);
    const next = rest.find((other) => other.message.conversation === message.conversation);
    const isSaidToIt =
      next?.kind === 'said' &&
      next.message.author.id === message.author.id &&
      next.message.part?.kind === 'forward' &&
      next.atSeconds - heard.atSeconds <= 1;
    return isSaidToIt ? { ...heard, message: { ...message, part: { kind: 'comment' } } } : heard;
  });
}

function nameOf(origin: TelegramOrigin): string {
  const { sender_user: user, sender_chat: sender, chat, author_signature: signature } = origin;
  const person = [user?.first_name, user?.last_name].filter(Boolean).join(' ');
  const where = sender?.title ?? chat?.title;
  const place = [where, signature].filter(Boolean).join(', ');
  return person || (origin.sender_user_name ?? place);
}
