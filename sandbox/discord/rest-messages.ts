import type { FastifyInstance } from 'fastify';

import { createMessageBody, historyQuery, messageBody, parse } from './bodies.ts';
import type { SandboxMessage } from './entities.ts';
import { changedParts, newParts, page, repliedTo } from './message-parts.ts';
import { refusals } from './refusal.ts';
import { openChannel, writableChannel } from './rest-places.ts';
import type { Service } from './service.ts';
import { jsonOf } from './uploads.ts';
import { messageOnWire } from './wire-messages.ts';

type ChannelPath = { channel: string };
type MessagePath = { channel: string; message: string };

/** Messages of channels: post, edit, delete, read, react. */
export function messageRoutes(api: FastifyInstance, service: Service): void {
  const { world, messages } = service;
  const onWire = (message: SandboxMessage) =>
    messageOnWire(message, service, service.settings.messageContent);
  const standing = ({ channel, message: id }: MessagePath) => {
    const message = messages.standing(id);
    if (message.channelId !== channel || message.ephemeral) throw refusals.unknownMessage();
    return message;
  };

  api.post<{ Params: ChannelPath }>(
    '/channels/:channel/messages',
    { config: { bucket: 'createMessage' } },
    async ({ params, body: raw }) => {
      const channel = writableChannel(world, params.channel);
      const body = parse(createMessageBody, jsonOf(raw));
      return onWire(
        messages.create({
          channelId: channel.id,
          authorId: world.bot.id,
          replyToId: repliedTo(service, channel.id, body.message_reference),
          nonce: body.nonce ?? undefined,
          enforceNonce: body.enforce_nonce ?? false,
          ...(await newParts(body, raw, service)),
        }),
      );
    },
  );
  api.patch<{ Params: MessagePath }>(
    '/channels/:channel/messages/:message',
    { config: { bucket: 'editMessage' } },
    async ({ params, body: raw }) => {
      openChannel(world, params.channel);
      const before = standing(params);
      const body = parse(messageBody, jsonOf(raw));
      if (before.authorId !== world.bot.id) throw refusals.notTheAuthor();
      return onWire(messages.edit(before.id, await changedParts(body, raw, before, service)));
    },
  );
  api.delete<{ Params: MessagePath }>(
    '/channels/:channel/messages/:message',
    async ({ params }, reply) => {
      const channel = openChannel(world, params.channel);
      const message = standing(params);
      if (message.authorId !== world.bot.id) {
        throw channel.kind === 'dm' ? refusals.notInDm() : refusals.missingPermissions();
      }
      messages.delete(message.id);
      return reply.code(204).send();
    },
  );
  api.get<{ Params: MessagePath }>('/channels/:channel/messages/:message', async ({ params }) => {
    openChannel(world, params.channel);
    return onWire(standing(params));
  });
  api.get<{ Params: ChannelPath }>('/channels/:channel/messages', async ({ params, query }) => {
    const { id } = openChannel(world, params.channel);
    const asked = parse(historyQuery, query);
    const seen = messages
      .inChannel(id)
      .filter(({ deletedAtMs, ephemeral }) => deletedAtMs === undefined && !ephemeral);
    return page(seen, asked).map(onWire);
  });

  const reactionPath = '/channels/:channel/messages/:message/reactions/:emoji/@me';
  api.put<{ Params: MessagePath & { emoji: string } }>(reactionPath, async ({ params }, reply) => {
    openChannel(world, params.channel);
    messages.react(standing(params).id, params.emoji, true);
    return reply.code(204).send();
  });
  api.delete<{ Params: MessagePath & { emoji: string } }>(
    reactionPath,
    async ({ params }, reply) => {
      openChannel(world, params.channel);
      messages.react(standing(params).id, params.emoji, false);
      return reply.code(204).send();
    },
  );
}
