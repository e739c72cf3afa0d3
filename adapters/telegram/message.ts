import type { Incoming, IncomingFile } from '#port';

import { filesOf } from './files.ts';
import { forwardOf } from './forwards.ts';
import type { Identity } from './identity.ts';
import { wordsOf, type Words } from './message-text.ts';
import { placeOf, writerOf } from './place.ts';
import { readPress, readStopped } from './press.ts';
import type { Heard } from './update-reading.ts';
import { isUnreadable, messageSchema, type TelegramMessage, type Update } from './update-schema.ts';

/**
 * What somebody said, or undefined for what is not for us to read: news of the chat itself, a
 * command for another bot.
 * @throws {z.ZodError} when the message is not as the Bot API describes it.
 */
export function readUpdate(update: Update, bot: Identity): Heard | undefined {
  const { message, edited_message: edited, callback_query: press } = update;
  if (press !== undefined) return readPress(update.update_id, press, bot);
  const { stopped_message_generation: stopped } = update;
  if (stopped !== undefined) return readStopped(update.update_id, stopped, bot);
  const payload = message ?? edited;
  if (payload === undefined) return undefined;
  const parsed = messageSchema.parse(payload);
  const said = read(update.update_id, parsed, bot);
  const kind = message === undefined ? 'edited' : 'said';
  return said && { kind, message: said, atSeconds: parsed.date };
}

function read(updateId: number, message: TelegramMessage, bot: Identity): Incoming | undefined {
  const forwarded = forwardOf(message);
  const files = [...filesOf(message, localeOf(message)), ...quotedFiles(message, bot)];
  // Nothing that is passed on is said to us: no command, no mention.
  const own = forwarded === undefined ? wordsOf(message, bot) : wordless;
  const words = own ?? (isWordless(message) ? wordless : undefined);
  if (message.from === undefined || words === undefined) return undefined;
  const { chat } = message;
  const isPrivate = chat.type === 'private';
  return {
    id: `tg-${bot.id}-${updateId}`,
    ...placeOf(message),
    ...writerOf(message.from),
    isPrivate,
    isAddressed: isPrivate || isForBot(message, words, bot),
    ...(forwarded === undefined
      ? partOf(message)
      : { part: { kind: 'forward' }, forwarded: [forwarded] }),
    ...(words.isOurCommand && !isPrivate ? { refusal: 'here' as const } : {}),
    text: words.text,
    ...(forwarded === undefined && isUnreadable(message) ? { isUnreadable: true } : {}),
    quoted: quotedBy(message, bot),
    ...ownAnswer(message, bot),
    ...(files.length === 0 ? {} : { files }),
  };
}

const wordless: Words = { text: '', isCommand: false, isOurCommand: false, isMention: false };

/** A picture or a file without a caption, or what we cannot read. */
function isWordless(message: TelegramMessage): boolean {
  const { text, caption } = message;
  if (text !== undefined || caption !== undefined) return false;
  return filesOf(message, undefined).length > 0 || isUnreadable(message);
}

/** Of the bot's own messages only the pictures: the files are texts that are history anyway. */
function quotedFiles(message: TelegramMessage, bot: Identity): IncomingFile[] {
  const replied = repliedTo(message);
  if (replied === undefined) return [];
  const files = filesOf(replied, localeOf(message), true);
  const isOurs = replied.from?.id === bot.id;
  return isOurs ? files.filter(({ mime }) => mime.startsWith('image/')) : files;
}

function localeOf({ from }: TelegramMessage): string | undefined {
  return from?.language_code;
}

/** Clients cut at 4,096, and before that where a word or a line ends. */
const cutFrom = 4_000;
const longest = 4_096;

function partOf({ media_group_id: album, text = '' }: TelegramMessage): Pick<Incoming, 'part'> {
  if (album !== undefined) return { part: { kind: 'album', album } };
  if (text.length < cutFrom) return {};
  const isMidWord = text.length >= longest && !/\s$/.test(text);
  return { part: { kind: 'cut', glue: isMidWord ? '' : '\n' } };
}

function isForBot(message: TelegramMessage, words: Words, bot: Identity): boolean {
  return words.isMention || words.isCommand || repliedTo(message)?.from?.id === bot.id;
}

/** In a topic Telegram makes every message a reply to the topic's own beginning, which means nothing. */
function repliedTo(message: TelegramMessage): TelegramMessage['reply_to_message'] {
  const replied = message.reply_to_message;
  return replied?.forum_topic_created === undefined ? replied : undefined;
}

/**
 * The bot's own message that is replied to, unless a passage of it is quoted. Telegram gives one
 * level of a chain and no way to ask for more
 * (https://core.telegram.org/bots/api#message, `reply_to_message`).
 */
function ownAnswer(message: TelegramMessage, bot: Identity): Pick<Incoming, 'chain'> {
  const replied = repliedTo(message);
  const text = replied?.from?.id === bot.id ? (replied.text ?? replied.caption) : undefined;
  return text === undefined || message.quote?.is_manual === true
    ? {}
    : { chain: [{ text, isOurs: true }] };
}

/** A passage that the author chose, of anybody's message; else the whole one, unless it is ours. */
function quotedBy(message: TelegramMessage, bot: Identity): string | undefined {
  const replied = repliedTo(message);
  if (message.quote?.is_manual === true) return message.quote.text;
  if (replied === undefined) return message.quote?.text;
  return replied.from?.id === bot.id ? undefined : (replied.text ?? replied.caption);
}
