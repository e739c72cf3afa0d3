import type { Entity } from './formatted-text.ts';

/**
 * What Telegram finds by itself in a text that somebody types: mentions and bot commands. A mention
 * needs something other than a letter before it, so `me@example` is none; a command's name is up to
 * 64 characters and may be followed by the bot it is for.
 */
export function findEntities(text: string): Entity[] {
  const commands = [...text.matchAll(command)].map((match) => at('bot_command', match));
  const mentions = [...text.matchAll(mention)]
    .map((match) => at('mention', match))
    .filter(
      ({ offset }) => !commands.some((c) => c.offset < offset && offset < c.offset + c.length),
    );
  return [...commands, ...mentions].sort((a, b) => a.offset - b.offset);
}

const command =
  /(?<![\p{L}\p{N}_/<>])\/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\p{L}\p{N}_/<>@])/gu;
const mention = /(?<![\p{L}\p{N}_@])@[A-Za-z][A-Za-z0-9_]{2,31}(?![\p{L}\p{N}_@])/gu;

function at(type: 'bot_command' | 'mention', match: RegExpExecArray): Entity {
  return { type, offset: match.index, length: match[0].length };
}
