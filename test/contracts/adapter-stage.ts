import type { Adapter } from '../../src/chat/port.ts';

/** Where things are said: the private chats of two people, and a group that both are in. */
export type Place = 'private' | 'other private' | 'group';

/** `claimedBytes`: how large the platform says it is. */
export interface SentFile {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
  readonly claimedBytes?: number;
}

/** What the next call of a kind meets. */
export type PlatformFault =
  /** 429 with this pause; nothing is done. */
  | { readonly kind: 'wait'; readonly afterMs: number }
  /** Done, but the response is lost. */
  | { readonly kind: 'lost after' }
  /** Refused for good: blocked, kicked, forbidden. */
  | { readonly kind: 'refused' };

/**
 * A platform's stand-in with our bot on it and people who talk to it. What a platform does not have
 * is left out and named in `lacks`. Calls resolve once the platform has what was said.
 */
export interface Stage extends AsyncDisposable {
  /** One for this platform, made as the program makes it; another one each time. */
  adapter(): Adapter;
  /** One whose token the platform does not know, and the key that the operator has to correct. */
  readonly wrongToken?: { readonly key: string; adapter(): Adapter };
  /** Says it so that it is meant for the bot: in private as it is, in a group by mention. */
  say(place: Place, text: string): Promise<void>;
  /** Passes on, in private, what another has written, in one message each. */
  forward?(texts: readonly string[]): Promise<void>;
  readonly group?: {
    /** Says it to nobody. */
    mutter(text: string): Promise<void>;
    /** Says it as a reply to the bot's message. */
    reply(messageId: string, text: string): Promise<void>;
    /** Another bot says it to ours. */
    asBot(text: string): Promise<void>;
    /** Says `/name rest`, as the platform's users do, to our bot. */
    command(name: string, rest: string): Promise<void>;
  };
  /** The bot's messages that are to be seen, oldest first, as text. */
  shown(place: Place): readonly string[];
  /** The files that the bot has posted, oldest first; only where the adapter takes files. */
  files?(place: Place): readonly { readonly name: string; readonly text: string }[];
  /** Which of the messages that are to be seen refer to another one. */
  references?(place: Place): readonly boolean[];
  /** What in a text would ping Ann. */
  mentions?(): string;
  /** How often the bot's messages have pinged somebody. */
  pings?(place: Place): number;
  /** How many of the bot's messages show what the addresses in them lead to. */
  linkPreviews?(place: Place): number;
  /** How often the bot has shown that it is writing. */
  typings?(place: Place): number;
  /** Least time between two previews that the platform is known to like. */
  readonly paceMs?: Readonly<Record<'private' | 'group', number>>;
  /** The next message is refused for its markup. */
  refuseMarkup?(): void;
  /** Ann sends these in private, as one. */
  attach?(text: string, files: readonly SentFile[]): Promise<void>;
  /** Ann answers in private what was not said by the bot. */
  answer?(quoted: string, text: string): Promise<void>;
  /** Topics or threads of the group. */
  readonly topics?: {
    /** Ann says it there so that it is meant for the bot. */
    say(topic: 'cats' | 'dogs', text: string): Promise<void>;
    shown(topic: 'cats' | 'dogs'): readonly string[];
  };
  /** Ann says something in private and makes something else of it. */
  change?(text: string, changed: string): Promise<void>;
  readonly menu?: {
    /** How many menus an adapter looks at when it begins to listen, one for each language or one. */
    readonly perStart: number;
    names(): readonly string[];
    read(): number;
    written(): number;
  };
  readonly faults?: {
    inject(call: 'post' | 'edit', fault: PlatformFault): void;
    remove(place: Place, messageId: string): void;
  };
  readonly buttons?: {
    /** The labels below a message. */
    below(place: Place, messageId: string): readonly string[];
    /** Ann presses one; resolves with what she alone is told. */
    press(place: Place, messageId: string, label: string): Promise<string>;
  };
  /** Connections that the platform sees open. */
  connections?(): number;
}
