import type { Identity } from './identity.ts';
import { menu } from './menu.ts';
import type { TelegramEntity, TelegramMessage } from './update-schema.ts';

/** What a message says, without what only says to whom. */
export interface Words {
  /** A command of ours stands as `/name rest`; the bot's mention is cut out. */
  readonly text: string;
  readonly isCommand: boolean;
  /** A command that names the bot: no other one of the chat's can be meant. */
  readonly isOurCommand: boolean;
  readonly isMention: boolean;
}

/**
 * Reads a text or a caption; undefined when there is neither, or when it is a command for another
 * bot. Only Telegram's own entities count: a name inside code or an address is no mention.
 */
export function wordsOf(message: TelegramMessage, bot: Identity): Words | undefined {
  const written = message.text ?? message.caption;
  if (written === undefined) return undefined;
  const entities = (message.text === undefined ? message.caption_entities : message.entities) ?? [];
  const command = commandOf(written, entities);
  const isOurs = command?.bot === undefined || isNameOf(bot, command.bot);
  if (!isOurs) return undefined;
  const mentions = entities.filter((entity) => isMentionOf(bot, written, entity));
  const suffixes =
    command?.bot === undefined ? [] : [{ offset: command.name.length, length: command.bot.length }];
  return {
    text: cut(written, [...suffixes, ...mentions]),
    isCommand: command !== undefined && (command.bot !== undefined || inMenu(command.name)),
    isOurCommand: command?.bot !== undefined,
    isMention: mentions.length > 0,
  };
}

/** The command that a message begins with: `/name` and, where it was given, `@bot`. */
function commandOf(
  text: string,
  entities: readonly TelegramEntity[],
): { name: string; bot: string | undefined } | undefined {
  const entity = entities.find(({ type, offset }) => type === 'bot_command' && offset === 0);
  if (entity === undefined) return undefined;
  const whole = text.slice(0, entity.length);
  const at = whole.indexOf('@');
  return at < 0
    ? { name: whole, bot: undefined }
    : { name: whole.slice(0, at), bot: whole.slice(at) };
}

function inMenu(name: string): boolean {
  return menu.some(({ command }) => `/${command}` === name.toLowerCase());
}

function isMentionOf(bot: Identity, text: string, entity: TelegramEntity): boolean {
  if (entity.type === 'text_mention') return entity.user?.id === bot.id;
  const { offset, length } = entity;
  return entity.type === 'mention' && isNameOf(bot, text.slice(offset, offset + length));
}

function isNameOf(bot: Identity, mention: string): boolean {
  return mention.toLowerCase() === `@${bot.username}`.toLowerCase();
}

/** Takes the places out, each with the blanks before it, so that none is left double. */
function cut(text: string, places: readonly { offset: number; length: number }[]): string {
  let rest = text;
  for (const { offset, length } of places.toSorted((a, b) => b.offset - a.offset)) {
    rest = rest.slice(0, offset).replace(/ +$/, '') + rest.slice(offset + length);
  }
  return rest.trim();
}
