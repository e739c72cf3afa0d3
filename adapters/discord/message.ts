import type { Incoming } from '#port';

import { writeAddress } from './address.ts';
import { filesOf } from './files.ts';
import type { MessagePayload } from './payloads.ts';
import { nameOf, readableText, saidText } from './readable.ts';
import type { Surroundings } from './readable.ts';

/**
 * Kinds of messages that a person wrote: a plain one and a reply. All others are Discord's own
 * notices (https://docs.discord.com/developers/resources/message#message-object-message-types).
 */
const writtenByPeople = new Set([0, 19]);

/** Undefined for what nobody said: Discord's notices, and what the bot itself posted. */
export function incomingMessage(
  message: MessagePayload,
  around: Surroundings,
): Incoming | undefined {
  if (!writtenByPeople.has(message.type) || message.author.id === around.botId) return undefined;
  const quoted = quotedText(message, around);
  const snapshots = message.message_snapshots.map(({ message: copy }) => copy);
  const passedOn = snapshots.map((copy) => ({ text: readableText(copy, around) }));
  const files = [
    ...filesOf(message.attachments, false),
    ...snapshots.flatMap(({ attachments }) => filesOf(attachments, false)),
    ...quotedFiles(message, around),
  ];
  return {
    id: `dc-${message.id}`,
    conversation: message.channel_id,
    address: writeAddress({ kind: 'message', channel: message.channel_id, message: message.id }),
    author: {
      id: `discord:${message.author.id}`,
      name: nameOf(message.author, message.member),
      ...(around.locale === undefined ? {} : { locale: around.locale }),
    },
    fromBot: message.author.bot === true || message.webhook_id !== undefined,
    isPrivate: message.guild_id === undefined,
    isAddressed: isAddressed(message, around),
    places: placesOf({
      guild: message.guild_id,
      channel: message.channel_id,
      parent: around.parent,
      roles: message.member?.roles ?? [],
    }),
    ...(passedOn.length === 0
      ? partOf(message)
      : { part: { kind: 'forward' }, forwarded: passedOn }),
    text: readableText(message, around),
    ...(quoted === undefined ? {} : { quoted }),
    ...(files.length === 0 ? {} : { files }),
  };
}

/** What a person without Nitro can write; who pastes more sends the rest behind it. */
const longest = 2_000;
const cutFrom = 1_950;

function partOf({ content }: MessagePayload): Pick<Incoming, 'part'> {
  if (content.length < cutFrom) return {};
  const isMidWord = content.length === longest && !/\s$/.test(content);
  return { part: { kind: 'cut', glue: isMidWord ? '' : '\n' } };
}

/** Whether it is for the bot: in private, by mention of it or of its own role, or by reply to it. */
export function isAddressed(
  message: MessagePayload,
  { botId, botRole }: Pick<Surroundings, 'botId' | 'botRole'>,
): boolean {
  return (
    message.guild_id === undefined ||
    message.mentions.some(({ id }) => id === botId) ||
    (botRole !== undefined && message.mention_roles.includes(botRole)) ||
    message.referenced_message?.author.id === botId
  );
}

/** Where something was said, in the words of `ALLOW`. */
export function placesOf(where: {
  guild: string | undefined;
  channel: string;
  parent: string | undefined;
  roles: readonly string[];
}): string[] {
  return [
    ...(where.guild === undefined ? [] : [`discord:guild:${where.guild}`]),
    `discord:channel:${where.channel}`,
    ...(where.parent === undefined ? [] : [`discord:channel:${where.parent}`]),
    ...where.roles.map((role) => `discord:role:${role}`),
  ];
}

function quotedText(message: MessagePayload, around: Surroundings): string | undefined {
  const referenced = message.referenced_message;
  if (!referenced || referenced.author.id === around.botId) return undefined;
  const text = saidText(referenced, around);
  return text === '' ? undefined : text;
}

/** Of the bot's own messages only the pictures: the files are texts that are history anyway. */
function quotedFiles({ referenced_message: said }: MessagePayload, { botId }: Surroundings) {
  if (!said) return [];
  const files = filesOf(said.attachments, true);
  return said.author.id === botId ? files.filter(({ mime }) => mime.startsWith('image/')) : files;
}
