import type { Incoming } from '#port';

import { writeAddress } from './address.ts';
import { placesOf } from './message.ts';
import type { CommandPayload } from './payloads.ts';
import { nameOf } from './readable.ts';
import type { Seal } from './seal.ts';

/**
 * How long an interaction's token may be used: 15 minutes, less a margin for clocks and for the way
 * (https://docs.discord.com/developers/interactions/receiving-and-responding#followup-messages).
 */
const tokenLifeMs = 15 * 60_000 - 30_000;

/** Channel types of threads: in announcements, public, private. */
const threadTypes = new Set([10, 11, 12]);

/** Undefined for a command without a giver, which Discord does not send. */
export function incomingCommand(
  command: CommandPayload,
  seal: Seal,
  nowMs: number,
): Incoming | undefined {
  const user = command.member?.user ?? command.user;
  if (user === undefined) return undefined;
  const inThread = command.channel !== undefined && threadTypes.has(command.channel.type);
  return {
    id: `dc-i-${command.id}`,
    conversation: command.channel_id,
    address: writeAddress({
      kind: 'interaction',
      channel: command.channel_id,
      interaction: command.id,
      application: command.application_id,
      user: user.id,
      sealed: seal.close(command.token, command.id),
      expiresAtMs: nowMs + tokenLifeMs,
    }),
    author: {
      id: `discord:${user.id}`,
      name: nameOf(user, command.member),
      ...(command.locale === undefined ? {} : { locale: command.locale }),
    },
    fromBot: user.bot === true,
    isPrivate: command.guild_id === undefined,
    isAddressed: true,
    places: placesOf({
      guild: command.guild_id,
      channel: command.channel_id,
      parent: (inThread ? command.channel?.parent_id : undefined) ?? undefined,
      roles: command.member?.roles ?? [],
    }),
    text: commandText(command),
  };
}

function commandText({ data }: CommandPayload): string {
  const rest = data.options.flatMap(({ value }) => (value === undefined ? [] : [String(value)]));
  return [`/${data.name}`, ...rest].join(' ');
}
