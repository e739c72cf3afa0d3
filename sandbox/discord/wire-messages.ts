import type { Attachment, Interaction, SandboxMessage } from './entities.ts';
import type { Service } from './service.ts';
import { channelOnWire, memberOnWire, permissions, userOnWire } from './wire-places.ts';

const messageFlags = { ephemeral: 64, loading: 128 };

/** What a bot gets of a message; `sees`: it has the intent to read every message. */
export function messageOnWire(message: SandboxMessage, service: Service, sees: boolean): object {
  const replied =
    message.replyToId === undefined ? undefined : service.messages.find(message.replyToId);
  return {
    ...plainMessage(message, service, sees),
    ...referenceOnWire(message),
    ...(message.replyToId === undefined
      ? {}
      : {
          // One level: it says what it replies to, and does not bring that along.
          referenced_message:
            replied === undefined
              ? null
              : { ...plainMessage(replied, service, sees), ...referenceOnWire(replied) },
        }),
  };
}

function referenceOnWire({ replyToId, channelId }: SandboxMessage): object {
  if (replyToId === undefined) return {};
  return { message_reference: { type: 0, channel_id: channelId, message_id: replyToId } };
}

/** What a dispatch says besides the message itself. */
export function placeOnWire(message: SandboxMessage, service: Service): object {
  const { world } = service;
  const channel = world.channel(message.channelId);
  if (channel === undefined || channel.kind === 'dm') return { channel_type: 1 };
  const author = world.user(message.authorId);
  const { guildId } = channel;
  if (author === undefined || author.webhook) return { guild_id: guildId };
  const { user: _, ...member } = memberOnWire(author, world, guildId);
  return { guild_id: guildId, channel_type: channel.kind === 'text' ? 0 : 11, member };
}

export function interactionOnWire(interaction: Interaction, service: Service): object {
  const { world } = service;
  const channel = world.channel(interaction.channelId);
  const user = world.user(interaction.userId);
  if (channel === undefined || user === undefined) throw new Error('no such channel or user');
  const { botId } = service.settings;
  const place =
    channel.kind === 'dm'
      ? { user: userOnWire(user), context: 1, authorizing_integration_owners: { '0': '0' } }
      : {
          guild_id: channel.guildId,
          guild: { id: channel.guildId, locale: 'en-US', features: [] },
          guild_locale: 'en-US',
          member: { ...memberOnWire(user, world, channel.guildId), permissions },
          context: 0,
          authorizing_integration_owners: { '0': channel.guildId },
        };
  return {
    ...place,
    id: interaction.id,
    application_id: botId,
    type: typeOf(interaction),
    token: interaction.token,
    version: 1,
    channel_id: channel.id,
    channel: { ...channelOnWire(channel, world), permissions },
    app_permissions: permissions,
    locale: interaction.locale,
    entitlements: [],
    attachment_size_limit: 10 * 1024 * 1024,
    ...dataOf(interaction, service),
  };
}

function typeOf({ of, focused }: Interaction): number {
  if (of.kind === 'press') return 3;
  return focused === undefined ? 2 : 4;
}

function dataOf({ of, focused }: Interaction, service: Service): object {
  switch (of.kind) {
    case 'command': {
      const { command, options } = of;
      const given = command.definition.options.filter(({ name }) => name in options);
      return {
        data: {
          id: command.id,
          name: command.name,
          type: 1,
          ...(command.guildId === undefined ? {} : { guild_id: command.guildId }),
          options: given.map(({ name, type }) => ({
            name,
            type,
            value: options[name],
            focused: name === focused ? true : undefined,
          })),
        },
      };
    }
    case 'press': {
      const message = service.messages.standing(of.messageId);
      return {
        data: { custom_id: of.customId, component_type: 2 },
        message: messageOnWire(message, service, true),
      };
    }
  }
}

/**
 * Whether a bot gets what the message says: with the intent, or if it is its own, mentions it, or
 * stands in a DM with it (developer documentation, "Message Content Intent").
 */
function isReadable(message: SandboxMessage, service: Service, sees: boolean): boolean {
  const { world } = service;
  return (
    sees ||
    message.authorId === world.bot.id ||
    message.mentions.users.includes(world.bot.id) ||
    world.channel(message.channelId)?.kind === 'dm'
  );
}

function plainMessage(message: SandboxMessage, service: Service, sees: boolean): object {
  const { world } = service;
  const author = world.user(message.authorId);
  if (author === undefined) throw new Error('no such user');
  const readable = isReadable(message, service, sees);
  const interaction =
    message.interactionId === undefined
      ? undefined
      : service.interactions.course(message.interactionId)?.interaction;
  return {
    id: message.id,
    channel_id: message.channelId,
    author: userOnWire(author),
    content: readable ? message.content : '',
    timestamp: new Date(message.createdAtMs).toISOString(),
    edited_timestamp:
      message.editedAtMs === undefined ? null : new Date(message.editedAtMs).toISOString(),
    tts: false,
    mention_everyone: message.mentions.everyone,
    mentions: message.mentions.users
      .map((id) => world.user(id))
      .filter((user) => user !== undefined)
      .map(userOnWire),
    mention_roles: message.mentions.roles,
    attachments: readable
      ? message.attachments.map((file) => attachmentOnWire(file, message.channelId, service.origin))
      : [],
    embeds: readable ? message.embeds : [],
    components: readable ? message.components : [],
    pinned: false,
    type: interaction === undefined ? (message.replyToId === undefined ? 0 : 19) : 20,
    flags:
      message.flags |
      (message.ephemeral ? messageFlags.ephemeral : 0) |
      (message.loading ? messageFlags.loading : 0),
    ...(message.nonce === undefined ? {} : { nonce: message.nonce }),
    ...(author.webhook ? { webhook_id: author.id } : {}),
    ...(interaction === undefined ? {} : interactionFields(interaction, service)),
    ...forwardFields(message, service, readable),
  };
}

/** What is passed on is there as a copy, whoever wrote it: readable where the message itself is. */
function forwardFields({ forwardOfId }: SandboxMessage, service: Service, readable: boolean) {
  const original = forwardOfId === undefined ? undefined : service.messages.find(forwardOfId);
  if (original === undefined) return {};
  const { id, channelId, content, attachments, createdAtMs } = original;
  const copy = {
    type: 0,
    content: readable ? content : '',
    timestamp: new Date(createdAtMs).toISOString(),
    edited_timestamp: null,
    flags: 0,
    mentions: [],
    mention_roles: [],
    embeds: [],
    components: [],
    attachments: readable
      ? attachments.map((file) => attachmentOnWire(file, channelId, service.origin))
      : [],
  };
  return {
    message_reference: { type: 1, channel_id: channelId, message_id: id },
    message_snapshots: [{ message: copy }],
  };
}

function interactionFields(interaction: Interaction, { settings, world }: Service): object {
  const user = world.user(interaction.userId);
  return {
    application_id: settings.botId,
    webhook_id: settings.botId,
    interaction_metadata: {
      id: interaction.id,
      type: interaction.of.kind === 'command' ? 2 : 3,
      user: user === undefined ? undefined : userOnWire(user),
      authorizing_integration_owners: {},
    },
  };
}

function attachmentOnWire(file: Attachment, channelId: string, origin: string): object {
  const url = `${origin}/attachments/${channelId}/${file.id}/${encodeURIComponent(file.filename)}`;
  return {
    id: file.id,
    filename: file.filename,
    size: file.claimedBytes ?? file.bytes.byteLength,
    content_type: file.contentType,
    url,
    proxy_url: url,
  };
}
