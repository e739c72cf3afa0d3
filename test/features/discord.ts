import { discordChatter, discordMentioner } from '../people.ts';
import { png } from '../pictures.ts';
import type { Person, Somewhere } from './platform.ts';

const picture = { filename: 'b.png', contentType: 'image/png', bytes: png };

/** Discord, for the table of features. */
export function onDiscord({ world, daemon }: Pick<Somewhere, 'world' | 'daemon'>): Somewhere {
  const { discord } = world;
  const channelOf = (name: string) => discord.createChannel(discord.createGuild(name), 'general');
  return {
    world,
    daemon,
    group: (name) => discordMentioner(world, name, channelOf(name)),
    pair: (names) => {
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
