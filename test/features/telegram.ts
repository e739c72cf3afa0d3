import type { SandboxWorld } from '../../sandbox/world.ts';
import { telegramChatter } from '../people.ts';
import { png } from '../pictures.ts';
import type { Listed, Person, Place } from './platform.ts';

const picture = { name: 'b.png', mime: 'image/png', content: png };

/** Telegram, for the table of features. */
export function onTelegram(world: SandboxWorld): Place {
  const { telegram } = world;
  const prefix = `@${telegram.botUsername} `;
  return {
    world,
    group: (name) => {
      const [user, chat] = [telegram.createUser(name), telegram.createGroup(name)];
      return telegramChatter(world, name, { user, chat, prefix });
    },
    together: (names) => {
      const chat = telegram.createGroup(names.join());
      return names.map((name) =>
        telegramChatter(world, name, { user: telegram.createUser(name), chat, prefix }),
      );
    },
    topic: (name) => {
      const [user, chat] = [telegram.createUser(name), telegram.createGroup(name, { forum: true })];
      const topic = telegram.createTopic(chat, name);
      return telegramChatter(world, name, { user, chat, topic, prefix });
    },
    meet: (name, locale): Person => {
      const language = locale === undefined ? {} : { languageCode: locale };
      const user = telegram.createUser(name, language);
      const chat = user;
      return {
        ...telegramChatter(world, name, { user, chat }),
        id: `telegram:${user}`,
        typings: () =>
          telegram.requests.filter(
            ({ method, chatId }) => method === 'sendChatAction' && chatId === chat,
          ).length,
        files: () =>
          telegram
            .messages(chat)
            .filter(({ from, kind }) => from.isBot && kind !== 'text')
            .map(({ kind, file }) => file?.name ?? kind),
        pings: () =>
          telegram.messages(chat).filter(({ from, pinged }) => from.isBot && pinged.length > 0)
            .length,
        markup: () => telegram.messages(chat).findLast(({ from }) => from.isBot)?.html ?? '',
        change: (text, changed) =>
          telegram.editByUser(chat, telegram.say({ user, chat, text }), changed),
        attach: (text) => {
          const album = `album of ${name}`;
          const code = { name: 'a.ts', mime: 'text/plain', content: Buffer.from('a = 1') };
          telegram.say({ user, chat, text, album, photo: true, file: picture });
          telegram.say({ user, chat, text: '', album, file: code });
        },
        forward: (texts, comment) => {
          for (const text of texts) {
            telegram.say({ user, chat, text, forwardOf: { person: 'Eve' } });
          }
          telegram.say({ user, chat, text: comment });
        },
        replyTo: ([quoted = ''], text) => {
          const before = telegram.say({ user, chat, text: quoted });
          telegram.say({ user, chat, text, replyTo: before });
        },
        replyToPicture: (text) => {
          const before = telegram.say({ user, chat, text: 'Look.', photo: true, file: picture });
          telegram.say({ user, chat, text, replyTo: before });
        },
      };
    },
  };
}

/** A group that is let in but for one topic, and a topic of another group. */
export function listedOnTelegram(world: SandboxWorld): Listed {
  const { telegram } = world;
  const prefix = `@${telegram.botUsername} `;
  const [club, elsewhere] = ['Club', 'Elsewhere'].map((name) => {
    const chat = telegram.createGroup(name, { forum: true });
    const [first, second] = [telegram.createTopic(chat, 'One'), telegram.createTopic(chat, 'Two')];
    return { chat, first, second };
  });
  if (club === undefined || elsewhere === undefined) throw new Error('there are no groups');
  const speaker = (name: string, chat: number, topic: number) =>
    telegramChatter(world, name, { user: telegram.createUser(name), chat, topic, prefix });
  return {
    allow: [
      `telegram:chat:${club.chat}`,
      `-telegram:topic:${club.chat}:${club.second}`,
      `telegram:topic:${elsewhere.chat}:${elsewhere.first}`,
    ].join(),
    welcome: [club, elsewhere].map(({ chat, first }) => speaker('Wes', chat, first)),
    shutOut: [club, elsewhere].map(({ chat, second }) => speaker('Sho', chat, second)),
  };
}
