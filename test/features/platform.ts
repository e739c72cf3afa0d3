import type { SandboxWorld } from '../../sandbox/world.ts';
import type { Daemon } from '../daemon.ts';
import type { Chatter } from '../people.ts';

/** The platforms that have a column. */
export const platforms = ['Discord', 'Telegram', 'terminal'] as const;

export type Platform = (typeof platforms)[number];

/** Somebody alone with the bot, as far as the platform goes. */
export interface Person extends Pick<Chatter, 'say' | 'shown' | 'everShown' | 'until' | 'ask'> {
  /** As owners and `ALLOW` name them: `discord:123`. */
  readonly id?: string;
  /** How often the bot has shown them that it is typing. */
  typings?(): number;
  /** The names of the files that the bot has sent. */
  files(): readonly string[];
  /** The newest message as the platform was given it, marked up in its way. */
  markup(): string;
  /** Picks a command from the platform's menu, with what it is given. */
  pick?(name: string, options: Readonly<Record<string, string>>): void;
  /** How many the bot has pinged, all at once counted as one. */
  pings?(): number;
  /** The labels of the buttons below the bot's newest message; a press of one, by a part of its label. */
  buttons?(): readonly string[];
  press?(label: string): void;
  /** Says something, and changes it at once. */
  change?(text: string, changed: string): void;
  /** Sends a picture and a file of text with what is said. */
  attach?(text: string): void;
  /** Passes these on and says something to it, as the platform's client does. */
  forward?(texts: readonly string[], comment: string): void;
  /** Answers something that the bot has not said: the last of these, each an answer to the one before. */
  replyTo?(chain: readonly string[], text: string): void;
  /** Answers a picture that the bot has not sent. */
  replyToPicture?(text: string): void;
}

/** A platform, whichever program is on it. */
export interface Place {
  readonly world: SandboxWorld;
  /** Somebody new, whose platform is in this language (BCP 47); the terminal has but one person. */
  meet(name: string, locale?: string): Person;
  /** A place with several people: who speaks there to the bot; an own one for each name. */
  group?(name: string): Pick<Chatter, 'ask' | 'shown'>;
  /** Several people in one such place. */
  together?(names: readonly string[]): readonly Pick<Chatter, 'ask' | 'say' | 'shown'>[];
  /** A thread or a topic of such a place. */
  topic?(name: string): Pick<Chatter, 'ask' | 'shown'>;
}

/** Places that a bot is told of in its `ALLOW`, with somebody in each who speaks to it. */
export interface Listed {
  /** As in `ALLOW`. */
  readonly allow: string;
  readonly welcome: readonly Pick<Chatter, 'ask'>[];
  readonly shutOut: readonly Pick<Chatter, 'say' | 'shown'>[];
}

export interface Somewhere extends Place {
  readonly daemon: Daemon;
  /** Who owns the bot there by its settings. */
  readonly owner?: Person | undefined;
  readonly listed?: Listed | undefined;
}

/** One row of the table: a promise, and the conversation that shows it. */
export interface Feature {
  readonly name: string;
  /** Why a platform cannot have it, in a word or two. */
  readonly lacking?: Partial<Record<Platform, string>>;
  /**
   * `unclaimed`: with a bot that is nobody's yet and talks only where `listed` says so; `thrifty`:
   * with one that has an `owner`, spends next to nothing on anybody, lets a chat ask three times a
   * minute and answers one at a time. Else with one that talks with everybody.
   */
  readonly at?: 'unclaimed' | 'thrifty';
  readonly talk: (at: Somewhere, platform: Platform) => Promise<void>;
}
