import type { SandboxWorld } from '../../sandbox/world.ts';
import { discordChatter, discordMentioner } from '../people.ts';
import { png } from '../pictures.ts';
import type { Listed, Person, Place } from './platform.ts';

const picture = { filename: 'b.png', contentType: 'image/png', bytes: png };

/** Discord, for the table of features. */
export function onDiscord(world: SandboxWorld): Place {
  const { discord } = world;
  const channelOf = (name: string) => discord.createChannel(discord.createGuild(name), 'general');
  return {
    world,
    group: (name) => discordMentioner(world, name, channelOf(name)),
    together: (names) => {
      const channel = channelOf(names.join());
      return names.map((name) => discordMentioner(world, name, channel));
    },
    topic: (name) => discordMentioner(world, name, discord.createThread(channelOf(name), name)),
    meet: (name, locale): Person => {
      const user = discord.createUser(name);
      const channel = discord.openDm(user);
      // Discord tells the language of who uses a command, not of who writes.
      const say = (text: string) =>
        locale === undefined
          ? void discord.say({ user, channel, text })
          : void discord.slash({ user, channel, name: text.slice(1), locale });
      return {
        ...discordChatter(world, { name, user }, channel.id, say),
        id: `discord:${user.id}`,
        typings: () => discord.typings(channel).length,
        files: () =>
          discord
            .messages(channel)
            .filter(({ authorId }) => authorId === discord.botId)
            .flatMap(({ attachments }) => attachments.map(({ filename }) => filename)),
        markup: () =>
          discord.messages(channel).findLast(({ authorId }) => authorId === discord.botId)
            ?.content ?? '',
        pick: (command, options) => void discord.slash({ user, channel, name: command, options }),
        pings: () =>
          discord
            .messages(channel)
            .filter(({ authorId, pinged }) => authorId === discord.botId && pinged.everyone).length,
        change: (text, changed) =>
          discord.edit({ id: discord.say({ user, channel, text }) }, changed),
        attach: (text) => {
          const code = { filename: 'a.ts', contentType: 'text/plain', bytes: Buffer.from('a = 1') };
          discord.say({ user, channel, text, files: [picture, code] });
        },
        forward: (texts, comment) => {
          const author = discord.createUser('Eve');
          const elsewhere = channelOf('Elsewhere');
          for (const text of texts) {
            const id = discord.say({ user: author, channel: elsewhere, text });
            discord.forward({ user, channel, message: { id } });
          }
          discord.say({ user, channel, text: comment });
        },
        replyTo: (chain, text) => {
          // In a DM there is nobody else: people quote themselves.
          let before: string | undefined;
          for (const said of [...chain, text]) {
            before = discord.say({ user, channel, text: said, replyTo: before });
          }
        },
        replyToPicture: (text) => {
          const before = discord.say({ user, channel, text: 'Look.', files: [picture] });
          discord.say({ user, channel, text, replyTo: before });
        },
      };
    },
  };
}

/** A server that is let in but for one channel, and a channel of another server. */
export function listedOnDiscord(world: SandboxWorld): Listed {
  const { discord } = world;
  const [club, elsewhere] = [discord.createGuild('Club'), discord.createGuild('Elsewhere')];
  const [open, closed] = [
    discord.createChannel(club, 'open'),
    discord.createChannel(club, 'quiet'),
  ];
  const ours = discord.createChannel(elsewhere, 'ours');
  const theirs = discord.createChannel(elsewhere, 'theirs');
  const places = [`guild:${club.id}`, `channel:${ours.id}`].map((place) => `discord:${place}`);
  return {
    allow: [...places, `-discord:channel:${closed.id}`].join(),
    welcome: [open, ours].map((channel) => discordMentioner(world, 'Wes', channel)),
    shutOut: [closed, theirs].map((channel) => discordMentioner(world, 'Sho', channel)),
  };
}
