import type { Incoming } from '#port';

import { writeAddress } from './address.ts';
import { placesOf } from './message.ts';
import type { CommandPayload, PressPayload } from './payloads.ts';
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
  const giver = giverOf(command);
  if (giver === undefined) return undefined;
  const { user, ...given } = giver;
  return {
    ...given,
    address: writeAddress({
      kind: 'interaction',
      channel: command.channel_id,
      interaction: command.id,
      application: command.application_id,
      user: user.id,
      sealed: seal.close(command.token, command.id),
      expiresAtMs: nowMs + tokenLifeMs,
    }),
    refusal: 'alone',
    text: commandText(command),
  };
}

/** What is said by pressing a button: its command, as if its presser had typed it. */
export function incomingPress(press: PressPayload): Incoming | undefined {
  const giver = giverOf(press);
  if (giver === undefined) return undefined;
  const { user: _, ...given } = giver;
  const address = {
    kind: 'message',
    channel: press.channel_id,
    message: press.message.id,
  } as const;
  return { ...given, address: writeAddress(address), text: press.data.custom_id };
}

/** Who gives a command or presses a button, and where. */
function giverOf(interaction: CommandPayload | PressPayload) {
  const { id, channel, channel_id: channelId, guild_id: guild, member, locale } = interaction;
  const user = member?.user ?? interaction.user;
  if (user === undefined) return undefined;
  const inThread = channel !== undefined && threadTypes.has(channel.type);
  return {
    user,
    id: `dc-i-${id}`,
    conversation: channelId,
    author: {
      id: `discord:${user.id}`,
      name: nameOf(user, member),
      ...(locale === undefined ? {} : { locale }),
    },
    fromBot: user.bot === true,
    isPrivate: guild === undefined,
    isAddressed: true,
    places: placesOf({
      guild,
      channel: channelId,
      parent: (inThread ? channel.parent_id : undefined) ?? undefined,
      roles: member?.roles ?? [],
    }),
  };
}

function commandText({ data }: CommandPayload): string {
  const rest = data.options.flatMap(({ value }) => (value === undefined ? [] : [String(value)]));
  return [`/${data.name}`, ...rest].join(' ');
}
