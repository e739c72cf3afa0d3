import type { Logger } from 'pino';
import type { z } from 'zod';

import type { Button } from '../button.ts';
import type { Clock } from '../clock.ts';
import type { Author } from '../prompt.ts';
import type { ArgumentCommand, MenuCommand } from '../words.ts';
import type { IncomingFile, OutgoingFile } from './passed-files.ts';
import type { FetchedFile } from './read-bounded.ts';

export { BridgeError } from '../errors.ts';
export { languageTags, wordsFor } from '../words.ts';
export { readBounded } from './read-bounded.ts';
export { isTooMuch } from './too-much.ts';
export type { ArgumentCommand, Author, Button, Clock, FetchedFile, IncomingFile, Logger };
export type { MenuCommand, OutgoingFile };

/** What an adapter's `index.ts` exports as default: all that the program knows of a platform. */
export interface AdapterDefinition<Env = unknown> {
  /** The folder's name; also the platform's name in ids, metrics and `ADAPTERS`. */
  readonly name: string;
  /** The adapter's own keys; composed into the program's configuration. */
  readonly env: z.ZodType<Env>;
  /** Whether its token is set, so that it starts although `ADAPTERS` is not set. */
  configured(env: Env): boolean;
  create(env: Env, tools: AdapterTools): Adapter;
  /** How `npm run setup` connects it; without this, setup does not ask for the platform. */
  readonly setup?: PlatformSetup<Env>;
}

/** What setup asks and says of a platform whose bot has a token. */
export interface PlatformSetup<Env = unknown> {
  /** The platform's name as people write it. */
  readonly title: string;
  /** The key of the bot's token, one of `env`. */
  readonly tokenKey: string;
  /** How a person comes by a token, a line for each step. */
  readonly steps: readonly string[];
  /** Asks the platform about the bot. @throws {BridgeError} as `connect` does */
  inspect(env: Env, signal: AbortSignal): Promise<BotReport>;
}

/** What a platform says of the bot, in sentences for the person who sets it up. */
export interface BotReport {
  readonly name: string;
  readonly facts: readonly string[];
  /** What stands in the bot's way, and what to do about it. */
  readonly warnings: readonly string[];
  /** Where a person lets the bot in, or finds it. */
  readonly links: readonly { readonly label: string; readonly url: string }[];
}

export interface AdapterTools {
  readonly log: Logger;
  readonly clock: Clock;
  /** Absent where nothing outlives the process. */
  readonly memory?: AdapterMemory;
}

/**
 * What an adapter notes for its successor: small, bounded and forgotten after a week, so nothing may
 * depend on an entry being there. Usable once the adapter is connected. Calls wait while Redis is
 * away, or reject.
 */
export interface AdapterMemory {
  get(key: string): Promise<string | undefined>;
  set(key: string, value: string): Promise<void>;
  delete(key: string): Promise<void>;
  entries(): Promise<readonly (readonly [key: string, value: string])[]>;
}

/**
 * One account on one chat platform. Life: `connect` once, then `listen` (perhaps much later: a
 * second bridge stands by with a connected adapter), then dispose. `post`, `edit` and `typing` work
 * from `connect` on.
 */
export interface Adapter extends AsyncDisposable {
  /** `<platform>-<bot id>`; throws before `connect` has resolved. */
  readonly account: string;
  /** The bot's name on the platform, for logs and `/readyz`. */
  readonly displayName: string;
  /** The longest message, counted as `measure` counts. */
  readonly maxChars: number;
  /** Whether a message may carry a file. */
  readonly takesFiles?: boolean | undefined;
  /** Whether a message may have buttons, whose presses are told to `Intake.pressed`. */
  readonly takesButtons?: boolean | undefined;
  /** Whether a first post that is repeated with its nonce is shown once. */
  readonly knowsNonces?: boolean | undefined;
  /** Length of one chunk of Markdown once rendered, as the platform counts it. */
  measure(markdown: string): number;
  /** Least time between two previews at an address, and at all others of its chat. */
  previewIntervalMs(address: string): number;
  /**
   * Which chat an address belongs to, as the platform counts for its limits: topics and people of one
   * group share them. Where this is left out, each conversation is a chat.
   */
  readonly chatOf?: ((address: string) => string) | undefined;

  /**
   * Asks the platform who we are.
   * @throws {BridgeError} `PLATFORM_TOKEN_REJECTED`, `PLATFORM_UNREACHABLE`, `PLATFORM_INTENT_MISSING`
   */
  connect(signal: AbortSignal): Promise<void>;
  /**
   * Hands every message to `intake`, in order per conversation, until the signal aborts; then
   * resolves once no message is under way. Acknowledges a message to the platform only after
   * `intake.receive` has resolved for it. Reconnects by itself; throws only what is final.
   */
  listen(intake: Intake, signal: AbortSignal): Promise<void>;

  /** Posts a message. Never throws for what the platform says: see `Delivery`. */
  post(address: string, message: Outgoing, signal: AbortSignal): Promise<Delivery>;
  /** Edits a message that `post` made. Repeating it is harmless. */
  edit(
    address: string,
    messageId: string,
    message: Outgoing,
    signal: AbortSignal,
  ): Promise<Delivery>;
  /**
   * Fetches a file that came with a message, from the platform's own servers only; gives it up where
   * it has more than `mostBytes`. Never throws for what the platform says. Without this, files that
   * people send are not taken.
   */
  fetchFile?(file: IncomingFile, mostBytes: number, signal: AbortSignal): Promise<FetchedFile>;
  /** Shows that something is being written, for a few seconds. Failing is harmless. */
  typing(address: string, signal: AbortSignal): Promise<void>;

  health(): AdapterHealth;
}

export interface AdapterHealth {
  readonly up: boolean;
  /** When the platform was last heard of (an update, a completed poll, a heartbeat), or null. */
  readonly lastEventAtMs: number | null;
}

export interface Outgoing {
  /** Markdown, no longer than `maxChars` as `measure` counts. */
  readonly text: string;
  /**
   * `answer`: rendered as Markdown. `placeholder`: the content-free first post. `preview`: an
   * unfinished answer, rendered leniently.
   */
  readonly role: 'answer' | 'preview' | 'placeholder';
  /** Which chunk of the reply, from 0. Only chunk 0 refers to the message that is answered. */
  readonly chunk: number;
  /** Stable over retries and processes: (anchor, chunk). What a platform takes as idempotency key. */
  readonly nonce: string;
  /** Only where `takesFiles`, and never in chunk 0 or an edit. The text may be empty then. */
  readonly file?: OutgoingFile | undefined;
  /** Only where `takesButtons`. An edit without any takes away those that were there. */
  readonly buttons?: readonly Button[] | undefined;
}

/** What became of a post or an edit. */
export type Delivery =
  /** It is there. For an edit, `messageId` is the edited message's. */
  | { readonly kind: 'done'; readonly messageId: string }
  /** The platform asks for a pause (429); nothing was changed. */
  | { readonly kind: 'wait'; readonly afterMs: number }
  /** An edit found no message any more: post it anew. */
  | { readonly kind: 'missing' }
  /** Never at this address: blocked, kicked, deleted, forbidden, refused for good. */
  | { readonly kind: 'refused'; readonly why: string }
  /** The conversation has moved for good (a group became a supergroup): go on at the new address. */
  | { readonly kind: 'moved'; readonly address: string }
  /** Nobody knows: the connection broke, or the platform failed, after the request had left. */
  | { readonly kind: 'unknown'; readonly why: string };

/** What an adapter does with what it hears. */
export interface Intake {
  /**
   * Resolves once all that has to last is in Redis (or nothing has to). Rejects when it could not
   * be stored: then the platform must not be told that we have it, and the adapter tries again.
   * Takes the same message any number of times; only the first counts.
   */
  receive(message: Incoming, signal: AbortSignal): Promise<Received>;
  /**
   * A message's author has changed it; `message` is as it reads now. What waits is changed, what
   * has begun is left alone. Rejects like `receive`.
   */
  edited?(message: Incoming, signal: AbortSignal): Promise<void>;
  /**
   * What may be chosen for what somebody is typing behind a command: the likeliest first, none for
   * who may not talk. Rejects like `receive`.
   */
  suggest?(typed: Typed, signal: AbortSignal): Promise<readonly string[]>;
  /** A message is gone. What waits is dropped, what has begun is left alone. */
  deleted?(message: Deleted, signal: AbortSignal): Promise<void>;
  /**
   * Somebody has pressed a button: `press.text` is its command, `press.author` who pressed, and
   * `press.address` the message that it stands below. Rejects like `receive`.
   */
  pressed?(press: Incoming, signal: AbortSignal): Promise<Pressed>;
}

/** What came of a press. */
export interface Pressed {
  /** What whoever pressed is told, and nobody else; absent: what they see is enough. */
  readonly notice?: string | undefined;
}

/** What somebody has typed so far of what a command takes. */
export interface Typed extends Pick<
  Incoming,
  'conversation' | 'isPrivate' | 'author' | 'places' | 'text'
> {
  /** Its name, without the slash. */
  readonly command: string;
}

/** Which message is gone. */
export interface Deleted extends Pick<Incoming, 'conversation' | 'address' | 'isPrivate'> {
  /** Who had written it, where that is still known. */
  readonly author?: Pick<Author, 'id'> | undefined;
}

/** Why a message may not be the whole of what is said. */
export type MessagePart =
  /** Several pictures or files, each a message, sent as one. */
  | { readonly kind: 'album'; readonly album: string }
  /** As long as a message can be: the client has cut a longer text. `glue` joins it to the rest. */
  | { readonly kind: 'cut'; readonly glue: '' | '\n' }
  /** Passed on: clients send each of several on its own, and what is said to them before or after. */
  | { readonly kind: 'forward' }
  /** Said to what is passed on with it, and comes next. */
  | { readonly kind: 'comment' };

/** What is already written: data for Grok, never the author's own words. */
export interface Cited {
  /** The name of who wrote it, where the platform tells. */
  readonly from?: string | undefined;
  readonly text: string;
  /** The bot itself has. */
  readonly isOurs?: boolean | undefined;
}

/**
 * `ignored`: not for us, or not taken, which is not said, or not again. `refused`: the same where
 * `refusal` is `alone`: what the adapter tells the author.
 */
export type Received = 'queued' | 'replied' | 'known' | 'ignored' | { readonly refused: string };

export interface Incoming {
  /** See `Prompt.id`. */
  readonly id: string;
  /** What the platform calls a conversation: a channel, a thread, a chat with its topic. */
  readonly conversation: string;
  /** Where an answer goes; opaque to the program, stored in Redis: no secret in plain text. */
  readonly address: string;
  readonly author: Author;
  /** From a bot or a webhook: never answered. */
  readonly fromBot: boolean;
  /** From whoever sits at the program's own terminal: always an owner. */
  readonly isOperator?: boolean | undefined;
  /** A private chat with the bot. */
  readonly isPrivate: boolean;
  /** Said to the bot: in private, by mention, by reply to it, or as a command of ours. */
  readonly isAddressed: boolean;
  /**
   * How its author is told if it is not taken, they may not talk with the bot, for instance.
   * `alone`: by the adapter, for them only to see. `here`: in the chat, which is told it once for a
   * while. Absent: not at all.
   */
  readonly refusal?: 'alone' | 'here' | undefined;
  /** Where it was said, for `ALLOW`: `discord:guild:1`, `discord:channel:2`, `telegram:chat:-3`. */
  readonly places: readonly string[];
  /** Set when it may go on in the next message of this author's in the conversation. */
  readonly part?: MessagePart | undefined;
  /** Without the bot's mention. A command stands as `/name rest`, without the bot's name. */
  readonly text: string;
  /** It holds neither words nor a file but what we cannot read: a sticker, a place on the map. */
  readonly isUnreadable?: boolean | undefined;
  /** The text of the message that this one replies to, if that is not the bot's own. */
  readonly quoted?: string | undefined;
  /** What it goes back to, oldest first: the bot's own message, or what stands above `quoted`. */
  readonly chain?: readonly Cited[] | undefined;
  /** What the author passes on; `text` holds none of it. */
  readonly forwarded?: readonly Cited[] | undefined;
  /** Its own files, then those of the message that it replies to. */
  readonly files?: readonly IncomingFile[] | undefined;
}
