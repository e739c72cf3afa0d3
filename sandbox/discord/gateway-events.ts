import type { Channel, SandboxMessage } from './entities.ts';
import type { Dispatch, GatewaySession } from './gateway-session.ts';
import type { Happening } from './happenings.ts';
import type { Service } from './service.ts';
import { interactionOnWire, messageOnWire, placeOnWire } from './wire-messages.ts';
import { channelOnWire, joinedGuildOnWire } from './wire-places.ts';

/** The event that a session gets of a happening, if it gets one. */
export function dispatchOf(
  happening: Happening,
  session: GatewaySession,
  service: Service,
): Dispatch | undefined {
  const { world } = service;
  switch (happening.kind) {
    case 'guild-joined':
      if (!session.has('guilds')) return undefined;
      return { t: 'GUILD_CREATE', d: joinedGuildOnWire(happening.guild, world) };
    case 'channel-created':
      return channelCreated(happening.channel, session, service);
    case 'message-created':
    case 'message-edited': {
      const { message } = happening;
      if (!hears(session, message, service)) return undefined;
      const sees = session.has('messageContent');
      return {
        t: happening.kind === 'message-created' ? 'MESSAGE_CREATE' : 'MESSAGE_UPDATE',
        d: {
          ...messageOnWire(message, service, sees),
          ...placeOnWire(message, service),
        },
      };
    }
    case 'message-deleted': {
      const { message } = happening;
      if (!hears(session, message, service)) return undefined;
      const channel = world.channel(message.channelId);
      const guild =
        channel === undefined || channel.kind === 'dm' ? {} : { guild_id: channel.guildId };
      return {
        t: 'MESSAGE_DELETE',
        d: { id: message.id, channel_id: message.channelId, ...guild },
      };
    }
    case 'interaction-created':
      return { t: 'INTERACTION_CREATE', d: interactionOnWire(happening.interaction, service) };
    case 'interaction-acknowledged':
    case 'noted':
      return undefined;
  }
}

/** A DM channel is not announced: its first message is all that a bot hears of it. */
function channelCreated(
  channel: Channel,
  session: GatewaySession,
  { world }: Service,
): Dispatch | undefined {
  if (channel.kind === 'dm' || !session.has('guilds')) return undefined;
  const d = channelOnWire(channel, world);
  return channel.kind === 'thread'
    ? { t: 'THREAD_CREATE', d: { ...d, newly_created: true } }
    : { t: 'CHANNEL_CREATE', d };
}

function hears(session: GatewaySession, message: SandboxMessage, { world }: Service): boolean {
  const channel = world.channel(message.channelId);
  if (channel === undefined || message.ephemeral || world.accessTo(channel) === 'none')
    return false;
  return session.has(channel.kind === 'dm' ? 'directMessages' : 'guildMessages');
}
