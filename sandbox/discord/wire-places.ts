import type { Channel, Guild, User } from './entities.ts';
import type { World } from './world.ts';

/** Every permission that the sandbox gives: see, write, threads, history, reactions, files. */
export const permissions = (
  0x400n |
  0x800n |
  0x4000n |
  0x8000n |
  0x10000n |
  0x20000n |
  0x40n |
  (1n << 31n) |
  (1n << 34n) |
  (1n << 35n) |
  (1n << 38n)
).toString();

const joinedAt = '2026-01-01T00:00:00.000000+00:00';

export function userOnWire({ id, name, bot }: User) {
  return { id, username: name, global_name: name, discriminator: '0', avatar: null, bot };
}

export function memberOnWire(user: User, world: World, guildId: string) {
  const guild = world.guild(guildId);
  return {
    user: userOnWire(user),
    nick: null,
    avatar: null,
    banner: null,
    roles: user.id === world.bot.id && guild !== undefined ? [guild.botRoleId] : [],
    joined_at: joinedAt,
    deaf: false,
    mute: false,
    flags: 0,
  };
}

export function rolesOnWire(guild: Guild, world: World) {
  const role = (id: string, name: string, botId: string | undefined) => ({
    id,
    name,
    color: 0,
    colors: { primary_color: 0, secondary_color: null, tertiary_color: null },
    hoist: false,
    position: botId === undefined ? 0 : 1,
    permissions,
    managed: botId !== undefined,
    mentionable: false,
    flags: 0,
    ...(botId === undefined ? {} : { tags: { bot_id: botId } }),
  });
  return [
    role(guild.id, '@everyone', undefined),
    role(guild.botRoleId, world.bot.name, world.bot.id),
  ];
}

export function guildOnWire(guild: Guild, world: World) {
  const { id, name } = guild;
  return {
    id,
    name,
    icon: null,
    splash: null,
    discovery_splash: null,
    owner_id: guild.ownerId,
    region: '',
    afk_channel_id: null,
    afk_timeout: 60,
    verification_level: 0,
    default_message_notifications: 0,
    explicit_content_filter: 0,
    roles: rolesOnWire(guild, world),
    emojis: [],
    stickers: [],
    features: [],
    mfa_level: 0,
    application_id: null,
    system_channel_id: null,
    system_channel_flags: 0,
    rules_channel_id: null,
    vanity_url_code: null,
    description: null,
    banner: null,
    premium_tier: 0,
    preferred_locale: guild.locale,
    public_updates_channel_id: null,
    nsfw_level: 0,
    premium_progress_bar_enabled: false,
    safety_alerts_channel_id: null,
  };
}

/** What a bot is told of a guild when it joins, or connects. */
export function joinedGuildOnWire(guild: Guild, world: World) {
  const members = world.users().map((user) => memberOnWire(user, world, guild.id));
  const channels = world
    .channels()
    .filter(
      (channel) =>
        channel.kind !== 'dm' && channel.guildId === guild.id && world.accessTo(channel) !== 'none',
    );
  return {
    ...guildOnWire(guild, world),
    joined_at: joinedAt,
    large: false,
    unavailable: false,
    member_count: members.length,
    voice_states: [],
    members: members.filter(({ user }) => user.id === world.bot.id),
    channels: channels
      .filter(({ kind }) => kind === 'text')
      .map((channel) => channelOnWire(channel, world)),
    threads: channels
      .filter(({ kind }) => kind === 'thread')
      .map((channel) => channelOnWire(channel, world)),
    presences: [],
    stage_instances: [],
    guild_scheduled_events: [],
    soundboard_sounds: [],
  };
}

export function channelOnWire(channel: Channel, world: World): object {
  switch (channel.kind) {
    case 'text':
      return {
        id: channel.id,
        type: 0,
        guild_id: channel.guildId,
        name: channel.name,
        position: 0,
        permission_overwrites: [],
        parent_id: null,
        topic: null,
        nsfw: false,
        last_message_id: null,
        rate_limit_per_user: 0,
        flags: 0,
      };
    case 'thread':
      return {
        id: channel.id,
        type: 11,
        guild_id: channel.guildId,
        parent_id: channel.parentId,
        owner_id: channel.ownerId,
        name: channel.name,
        last_message_id: null,
        message_count: 0,
        member_count: 2,
        rate_limit_per_user: 0,
        flags: 0,
        total_message_sent: 0,
        thread_metadata: {
          archived: false,
          archive_timestamp: joinedAt,
          auto_archive_duration: 1440,
          locked: false,
          create_timestamp: joinedAt,
        },
        member: { id: channel.id, user_id: world.bot.id, join_timestamp: joinedAt, flags: 0 },
      };
    case 'dm': {
      const user = world.user(channel.userId);
      return {
        id: channel.id,
        type: 1,
        last_message_id: null,
        flags: 0,
        recipients: user === undefined ? [] : [userOnWire(user)],
      };
    }
  }
}
