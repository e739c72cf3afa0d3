import type { SandboxWorld } from './world.ts';

const patienceMs = 20_000;

/** How the script speaks to a terminal adapter that runs in this process. */
export interface TerminalEnds {
  /** What the user types. */
  type(line: string): void;
  /** Resolves with what is printed from now on, as soon as `holds` for it. */
  printed(holds: (text: string) => boolean, timeoutMs: number): Promise<string>;
}

/** People of the sandbox who ask, and read what they are answered: the texts of the messages. */
export interface Players {
  /** `isAll` of each: when the messages are the whole answer; default: one that is no preview. */
  readonly discord: {
    /** In a server's channel, mentioning the bot. */
    mention(question: string, isAll?: IsAll): Promise<readonly string[]>;
    /** In a private chat. */
    direct(question: string, isAll?: IsAll): Promise<readonly string[]>;
    /** By `/ask` in the channel. */
    slash(question: string, isAll?: IsAll): Promise<readonly string[]>;
  };
  readonly telegram: { ask(question: string, isAll?: IsAll): Promise<readonly string[]> };
  readonly terminal: { ask(question: string): Promise<readonly string[]> };
}

export type IsAll = (messages: readonly string[]) => boolean;

/** Whether a message is a placeholder or a preview. */
export function unfinished(text: string): boolean {
  return text.trimEnd().endsWith('…');
}

/** Makes the people: Dora on Discord, with a server of her own, and Theo on Telegram. */
export function makePlayers(world: SandboxWorld, ends: TerminalEnds): Players {
  return {
    discord: discordPlayer(world),
    telegram: telegramPlayer(world),
    terminal: {
      ask: async (question) => {
        const answer = ends.printed((text) => text.includes('This is turn'), patienceMs);
        ends.type(question);
        return [await answer];
      },
    },
  };
}

function discordPlayer({ discord }: SandboxWorld): Players['discord'] {
  const user = discord.createUser('Dora');
  const channel = discord.createChannel(discord.createGuild("Dora's server"), 'general');
  const dm = discord.openDm(user);

  async function answered(
    place: string,
    act: () => void,
    isAll: IsAll = isWhole,
  ): Promise<readonly string[]> {
    // Who speaks while nobody is connected is not heard, as on the real service.
    await discord.waitFor(() => discord.stats.connected === 1, { timeoutMs: patienceMs });
    const before = new Set(botMessages(place).map(({ id }) => id));
    act();
    return discord.waitFor(
      () => {
        const texts = botMessages(place)
          .filter(({ id }) => !before.has(id))
          .map(({ content }) => content);
        return isAll(texts) && texts;
      },
      { timeoutMs: patienceMs, what: 'an answer' },
    );
  }

  function botMessages(place: string) {
    return discord
      .messages(place)
      .filter(({ authorId, loading }) => authorId === discord.botId && !loading);
  }

  return {
    mention: async (question, isAll) =>
      answered(
        channel.id,
        () => discord.say({ user, channel, text: `<@${discord.botId}> ${question}` }),
        isAll,
      ),
    direct: async (question, isAll) =>
      answered(dm.id, () => discord.say({ user, channel: dm, text: question }), isAll),
    slash: async (question, isAll) => {
      await discord.waitFor(() => discord.commandNames().includes('ask'), {
        timeoutMs: patienceMs,
        what: 'the commands to be registered',
      });
      return answered(
        channel.id,
        () => discord.slash({ user, channel, name: 'ask', options: { prompt: question } }),
        isAll,
      );
    },
  };
}

function telegramPlayer({ telegram }: SandboxWorld): Players['telegram'] {
  const user = telegram.createUser('Theo');
  const botMessages = () => telegram.messages(user).filter(({ from }) => from.isBot);
  return {
    ask: async (question, isAll = isWhole) => {
      const before = new Set(botMessages().map(({ messageId }) => messageId));
      telegram.say({ user, chat: user, text: question });
      return telegram.waitFor(
        () => {
          const texts = botMessages()
            .filter(({ messageId }) => !before.has(messageId))
            .map(({ text }) => text);
          return isAll(texts) && texts;
        },
        { timeoutMs: patienceMs },
      );
    },
  };
}

/** Something is there, and none of it is a preview. */
function isWhole(texts: readonly string[]): boolean {
  return texts.length > 0 && texts.every((text) => text !== '' && !unfinished(text));
}
