import type { FastifyInstance } from 'fastify';

import { dmBody, parse, threadBody } from './bodies.ts';
import type { Channel, Guild } from './entities.ts';
import { refusals } from './refusal.ts';
import type { Service } from './service.ts';
import {
  channelOnWire,
  guildOnWire,
  memberOnWire,
  rolesOnWire,
  userOnWire,
} from './wire-places.ts';
import type { World } from './world.ts';

/** Users, guilds, channels, threads and "is typing". */
export function placeRoutes(api: FastifyInstance, service: Service): void {
  const { world } = service;

  api.get<{ Params: { user: string } }>('/users/:user', async ({ params }) => {
    const user = world.user(params.user);
    if (user === undefined) throw refusals.unknownUser();
    return userOnWire(user);
  });
  api.post('/users/@me/channels', async ({ body }) => {
    const { recipient_id: userId } = parse(dmBody, body);
    if (world.user(userId) === undefined) throw refusals.unknownUser();
    return channelOnWire(world.openDm(userId), world);
  });

  api.get<{ Params: { guild: string } }>('/guilds/:guild', async ({ params }) => {
    const guild = guildOf(world, params.guild);
    return guildOnWire(guild, world);
  });
  api.get<{ Params: { guild: string } }>('/guilds/:guild/roles', async ({ params }) =>
    rolesOnWire(guildOf(world, params.guild), world),
  );
  api.get<{ Params: { guild: string } }>('/guilds/:guild/channels', async ({ params }) => {
    const { id } = guildOf(world, params.guild);
    return world
      .channels()
      .filter((channel) => channel.kind === 'text' && channel.guildId === id)
      .map((channel) => channelOnWire(channel, world));
  });
  api.get<{ Params: { guild: string; user: string } }>(
    '/guilds/:guild/members/:user',
    async ({ params }) => {
      const user = world.user(params.user);
      if (user === undefined) throw refusals.unknownMember();
      return memberOnWire(user, world, guildOf(world, params.guild).id);
    },
  );

  api.get<{ Params: { channel: string } }>('/channels/:channel', async ({ params }) =>
    channelOnWire(openChannel(world, params.channel), world),
  );
  api.post<{ Params: { channel: string } }>(
    '/channels/:channel/typing',
    { config: { bucket: 'typing' } },
    async ({ params }, reply) => {
      const { id } = writableChannel(world, params.channel);
      const before = service.typings.get(id) ?? [];
      service.typings.set(id, [...before, service.settings.clock.now()]);
      service.happenings.note();
      return reply.code(204).send();
    },
  );

  const thread = (channelId: string, body: unknown, messageId?: string) => {
    const channel = writableChannel(world, channelId);
    if (channel.kind !== 'text') throw refusals.notInDm();
    const { name } = parse(threadBody, body);
    return channelOnWire(world.createThread(channel, name, world.bot.id, messageId), world);
  };
  api.post<{ Params: { channel: string } }>(
    '/channels/:channel/threads',
    async ({ params, body }, reply) => {
      void reply.code(201);
      return thread(params.channel, body);
    },
  );
  api.post<{ Params: { channel: string; message: string } }>(
    '/channels/:channel/messages/:message/threads',
    async ({ params, body }, reply) => {
      const message = service.messages.standing(params.message);
      if (message.channelId !== params.channel) throw refusals.unknownMessage();
      if (world.channel(message.id) !== undefined) throw refusals.threadExists();
      void reply.code(201);
      return thread(params.channel, body, message.id);
    },
  );
  api.put<{ Params: { channel: string } }>(
    '/channels/:channel/thread-members/@me',
    async ({ params }, reply) => {
      if (openChannel(world, params.channel).kind !== 'thread') throw refusals.unknownChannel();
      return reply.code(204).send();
    },
  );
}

/**
 * A channel that the bot may look into.
 * @throws {Refusal} 10003, 50001
 */
export function openChannel(world: World, id: string): Channel {
  const channel = world.channel(id);
  if (channel === undefined) throw refusals.unknownChannel();
  if (world.accessTo(channel) === 'none') throw refusals.missingAccess();
  return channel;
}

/**
 * A channel that the bot may write to.
 * @throws {Refusal} 10003, 50001, 50007, 50013
 */
export function writableChannel(world: World, id: string): Channel {
  const channel = openChannel(world, id);
  if (channel.kind === 'dm' && world.blocksDms(channel.userId)) throw refusals.cannotDm();
  if (world.accessTo(channel) === 'no-sending') throw refusals.missingPermissions();
  return channel;
}

function guildOf(world: World, id: string): Guild {
  const guild = world.guild(id);
  if (guild === undefined) throw refusals.unknownGuild();
  return guild;
}
