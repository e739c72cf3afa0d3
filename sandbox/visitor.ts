import { type ChatMessage, discordChat, telegramChat } from './chat-messages.ts';
import type { Dm, User } from './discord/entities.ts';
import type { TerminalEnds } from './players.ts';
import type { SandboxWorld } from './world.ts';

export const voices = ['discord', 'telegram', 'terminal'] as const;
export type Voice = (typeof voices)[number];

/** A message of the bot's, as it stands: shown again whenever it has grown. */
export interface Shown {
  readonly id: string;
  readonly text: string;
  readonly isWhole: boolean;
}

/** A person as a user of the sandbox: in private chats, and at the terminal. */
export class Visitor {
  readonly #world: SandboxWorld;
  readonly #terminal: Pick<TerminalEnds, 'type'>;
  readonly #user: User;
  readonly #dm: Dm;
  readonly #telegramUser: number;

  constructor(world: SandboxWorld, terminal: Pick<TerminalEnds, 'type'>) {
    this.#world = world;
    this.#terminal = terminal;
    this.#user = world.discord.createUser('You');
    this.#dm = world.discord.openDm(this.#user);
    this.#telegramUser = world.telegram.createUser('You');
  }

  say(voice: Voice, text: string): void {
    switch (voice) {
      case 'discord':
        this.#sayOnDiscord(text);
        break;
      case 'telegram':
        this.#world.telegram.say({ user: this.#telegramUser, chat: this.#telegramUser, text });
        break;
      case 'terminal':
        this.#terminal.type(text);
    }
  }

  /** What stands in the private chat, oldest first. */
  chat(voice: Exclude<Voice, 'terminal'>): readonly ChatMessage[] {
    switch (voice) {
      case 'discord':
        return discordChat(this.#world, this.#dm);
      case 'telegram':
        return telegramChat(this.#world, this.#telegramUser);
    }
  }

  /** Calls after each change in any chat; returns the way to stop. */
  watch(look: () => void): () => void {
    const stops = [this.#world.discord.watch(look), this.#world.telegram.watch(look)];
    return () => {
      for (const stop of stops) stop();
    };
  }

  /** Shows what the bot says in both chats from now on; returns the way to stop. */
  show(show: (message: Shown) => void): () => void {
    const shown = new Map<string, string>();
    const titles = { discord: 'Discord', telegram: 'Telegram' } as const;
    const offer = (voice: 'discord' | 'telegram', isShown: boolean) => {
      for (const { id, from, text, isThinking, isUnfinished } of this.chat(voice)) {
        const [key, now] = [`${voice}-${id}`, isThinking ? '…' : text];
        if (from !== 'bot' || shown.get(key) === now) continue;
        shown.set(key, now);
        const isWhole = !isThinking && !isUnfinished;
        if (isShown) show({ id: key, text: `[${titles[voice]}] ${now}`, isWhole });
      }
    };
    const look = (isShown: boolean) => {
      offer('discord', isShown);
      offer('telegram', isShown);
    };
    look(false);
    return this.watch(() => look(true));
  }

  /** What begins with the name of a command is run as one, as Discord's client does. */
  #sayOnDiscord(text: string): void {
    const { discord } = this.#world;
    const [user, channel] = [this.#user, this.#dm];
    const [, name = '', rest = ''] = /^\/(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
    if (!discord.commandNames().includes(name)) {
      discord.say({ user, channel, text });
      return;
    }
    const [option] = discord.commandOptions(name);
    const options = option === undefined || rest === '' ? {} : { [option]: rest };
    discord.slash({ user, channel, name, options });
  }
}
