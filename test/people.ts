import { unfinished } from '../sandbox/players.ts';
import type { SandboxWorld } from '../sandbox/world.ts';

/** Somebody in a place where the bot is, the same on every platform. */
export interface Chatter {
  readonly name: string;
  say(text: string): void;
  /** What stands there from the bot, oldest first. */
  shown(): readonly string[];
  /** All that the bot's messages there have ever shown, edits and what was deleted included. */
  everShown(): readonly string[];
  /** What was asked for and done there, for a person to read. */
  history(): unknown;
  /** The labels of the buttons below the newest of them. */
  buttons(): readonly string[];
  /** Presses a button of the newest of them that has it, by a part of its label. */
  press(label: string): void;
  /** Resolves with what `find` finds once it does. */
  until<T>(find: (shown: readonly string[]) => T | undefined | false, ms?: number): Promise<T>;
  /** Says it and resolves with the answer of the stand-in, once it is complete. */
  ask(question: string, ms?: number): Promise<string>;
}

const patienceMs = 30_000;

/** A private chat with the bot on Discord. */
export function discordDm(world: SandboxWorld, name: string): Chatter {
  const { discord } = world;
  const user = discord.createUser(name);
  const channel = discord.openDm(user);
  const say = (text: string) => discord.say({ user, channel, text });
  return discordChatter(world, { name, user }, channel.id, say);
}

/** Somebody who mentions the bot in a server's channel or thread. */
export function discordMentioner(
  world: SandboxWorld,
  name: string,
  channel: { readonly id: string },
): Chatter {
  const { discord } = world;
  const user = discord.createUser(name);
  const say = (text: string) => discord.say({ user, channel, text: `<@${discord.botId}> ${text}` });
  return discordChatter(world, { name, user }, channel.id, say);
}

export function discordChatter(
  { discord }: SandboxWorld,
  { name, user }: { readonly name: string; readonly user: { readonly id: string } },
  place: string,
  say: (text: string) => void,
): Chatter {
  const ofBot = (withDeleted: boolean) =>
    discord
      .messages(place, { withDeleted })
      .filter(({ authorId, loading }) => authorId === discord.botId && !loading);
  const until: Chatter['until'] = async (find, ms = patienceMs) =>
    discord.waitFor(() => find(ofBot(false).map(({ content }) => content)), {
      timeoutMs: ms,
      what: `what ${name} waits for`,
    });
  return chatter({
    name,
    say,
    shown: () => ofBot(false).map(({ content }) => content),
    history: () =>
      ofBot(true).map(({ id, content, earlierContents, deletedAtMs }) => ({
        id,
        content,
        earlierContents,
        deletedAtMs,
      })),
    everShown: () =>
      ofBot(true).flatMap(({ content, earlierContents }) => earlierContents.concat(content)),
    buttons: () =>
      ofBot(false)
        .slice(-1)
        .flatMap((message) => discord.buttons(message)),
    press: (label) => {
      const has = (message: { id: string }) =>
        discord.buttons(message).some((each) => each.includes(label));
      const message = ofBot(false).findLast(has);
      if (message === undefined) throw new Error(`no button “${label}”`);
      discord.press({ user, message, label });
    },
    until,
  });
}

/** A private chat with the bot on Telegram. */
export function telegramPrivate(world: SandboxWorld, name: string): Chatter {
  const user = world.telegram.createUser(name);
  return telegramChatter(world, name, { user, chat: user });
}

export function telegramChatter(
  { telegram }: SandboxWorld,
  name: string,
  { user, chat, topic, prefix = '' }: TelegramPlace,
): Chatter {
  const where = topic === undefined ? {} : { topic };
  const ofBot = () => telegram.messages(chat, where).filter(({ from }) => from.isBot);
  // A word joiner is not to be seen.
  const shown = () => ofBot().map(({ text }) => text.replaceAll('\u2060', ''));
  const until: Chatter['until'] = async (find, ms = patienceMs) =>
    telegram.waitFor(() => find(shown()), { timeoutMs: ms });
  return chatter({
    name,
    say: (text) => telegram.say({ user, chat, text: `${prefix}${text}`, ...where }),
    shown,
    history: () => ({
      messages: ofBot().map(({ messageId, sentAtMs, firstText, edits }) => ({
        messageId,
        sentAtMs,
        firstText,
        edits,
      })),
      requests: telegram.requests.filter(({ chatId }) => chatId === chat),
    }),
    everShown: () =>
      ofBot().flatMap(({ firstText, edits }) => [firstText].concat(edits.map(({ text }) => text))),
    buttons: () =>
      ofBot()
        .at(-1)
        ?.buttons.map(({ text }) => text) ?? [],
    press: (label) => {
      const message = ofBot().findLast(({ buttons }) =>
        buttons.some(({ text }) => text.includes(label)),
      );
      if (message === undefined) throw new Error(`no button “${label}”`);
      telegram.press({ user, chat, messageId: message.messageId, label });
    },
    until,
  });
}

export interface TelegramPlace {
  readonly user: number;
  readonly chat: number;
  readonly topic?: number;
  /** Put before what is said: the bot's name in a group. */
  readonly prefix?: string;
}

/** Whether this is the stand-in's complete answer to a question. */
export function answers(text: string, question: string): boolean {
  return text.startsWith(`You said: “${question}”`) && !unfinished(text);
}

function chatter(parts: Omit<Chatter, 'ask'>): Chatter {
  return {
    ...parts,
    ask: async (question, ms) => {
      parts.say(question);
      return parts.until((shown) => shown.find((text) => answers(text, question)), ms);
    },
  };
}
