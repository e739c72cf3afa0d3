import type { Dm, User } from './discord/entities.ts';
import { type TerminalEnds, unfinished } from './players.ts';
import type { SandboxWorld } from './world.ts';

export const voices = ['discord', 'telegram', 'terminal'] as const;
export type Voice = (typeof voices)[number];

/** A message of the bot's, as it stands: shown again whenever it has grown. */
export interface Shown {
  readonly id: string;
  readonly text: string;
  readonly isWhole: boolean;
}

/** The person at the keyboard, as a user of the sandbox: in private chats, and at the terminal. */
export class Visitor implements Disposable {
  readonly #world: SandboxWorld;
  readonly #terminal: Pick<TerminalEnds, 'type'>;
  readonly #show: (message: Shown) => void;
  readonly #user: User;
  readonly #dm: Dm;
  readonly #telegramUser: number;
  readonly #shown = new Map<string, string>();
  readonly #stops: readonly (() => void)[];

  constructor(
    world: SandboxWorld,
    terminal: Pick<TerminalEnds, 'type'>,
    show: (message: Shown) => void,
  ) {
    this.#world = world;
    this.#terminal = terminal;
    this.#show = show;
    this.#user = world.discord.createUser('You');
    this.#dm = world.discord.openDm(this.#user);
    this.#telegramUser = world.telegram.createUser('You');
    this.#stops = [
      world.discord.watch(() => this.#lookAtDiscord()),
      world.telegram.watch(() => this.#lookAtTelegram()),
    ];
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

  [Symbol.dispose](): void {
    for (const stop of this.#stops) stop();
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

  #lookAtDiscord(): void {
    const { discord } = this.#world;
    for (const { id, authorId, loading, content } of discord.messages(this.#dm)) {
      if (authorId !== discord.botId) continue;
      this.#offer(`discord-${id}`, 'Discord', loading ? '…' : content);
    }
  }

  #lookAtTelegram(): void {
    for (const { messageId, from, text } of this.#world.telegram.messages(this.#telegramUser)) {
      if (from.isBot) this.#offer(`telegram-${messageId}`, 'Telegram', text);
    }
  }

  #offer(id: string, where: string, text: string): void {
    if (this.#shown.get(id) === text) return;
    this.#shown.set(id, text);
    this.#show({ id, text: `[${where}] ${text}`, isWhole: !unfinished(text) });
  }
}
