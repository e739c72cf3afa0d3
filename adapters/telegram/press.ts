import type { Api } from 'grammy';

import type { Logger } from '#port';

import { ask } from './bot-api.ts';
import type { Identity } from './identity.ts';
import { placeOf, writerOf } from './place.ts';
import type { Heard } from './update-reading.ts';
import { generationStoppedSchema, pressSchema } from './update-schema.ts';

/** @throws {z.ZodError} when the press is not as the Bot API describes it. */
export function readPress(updateId: number, payload: unknown, bot: Identity): Heard {
  const { id: query, from, message, data } = pressSchema.parse(payload);
  const press = {
    id: `tg-${bot.id}-${updateId}`,
    ...placeOf(message),
    ...writerOf(from),
    isPrivate: message.chat.type === 'private',
    isAddressed: true,
    text: data,
  };
  return { kind: 'pressed', message: press, query };
}

/**
 * Telegram's own stop, in a private chat: as if its person had written `/stop`.
 * @throws {z.ZodError} when it is not as the Bot API describes it.
 */
export function readStopped(updateId: number, payload: unknown, bot: Identity): Heard {
  const { chat, message_thread_id: thread } = generationStoppedSchema.parse(payload);
  const message = {
    id: `tg-${bot.id}-${updateId}`,
    ...placeOf({
      chat: { ...chat, type: 'private' },
      message_thread_id: thread,
      is_topic_message: thread !== undefined,
    }),
    ...writerOf({ id: chat.id, is_bot: false, first_name: chat.first_name ?? '' }),
    isPrivate: true,
    isAddressed: true,
    text: '/stop',
  };
  return { kind: 'said', message, atSeconds: 0 };
}

const answerDeadlineMs = 5_000;
/** https://core.telegram.org/bots/api#answercallbackquery */
const longestNotice = 200;

/** Ends the waiting that a client shows below a pressed button; shows the notice to its user alone. */
export async function answerPress(
  api: Api,
  query: string,
  notice: string | undefined,
  log: Logger,
  signal: AbortSignal,
): Promise<void> {
  const text = notice?.slice(0, longestNotice).toWellFormed();
  const answer = await ask(
    (either) => api.answerCallbackQuery(query, text === undefined ? {} : { text }, either),
    answerDeadlineMs,
    signal,
  );
  // A press that is answered too late has done what it was for.
  if (answer.kind !== 'ok') log.debug({ failure: answer }, 'press not answered');
}
