import type { ConversationSettings } from '../conversation-settings.ts';
import type { Words } from '../words.ts';
import type { Kept, SettingsChange } from './conversations.ts';
import type { Insight } from './insight.ts';
import type { Received } from './port.ts';

/** A command: its names, who may use it, and what it does. */
export interface Command {
  readonly names: readonly string[];
  readonly ownersOnly?: boolean;
  run(use: CommandUse): Promise<Received>;
}

/** One use of a command: what was typed after its name, and what it may do. */
export interface CommandUse {
  readonly rest: string;
  readonly isOwner: boolean;
  readonly isPrivate: boolean;
  /** Who uses it, as in `Author.id`. */
  readonly person: string;
  /** Where, as `Insight.usage` knows it. */
  readonly chat: string;
  readonly words: Words;
  readonly desk: CommandDesk;
  readonly insight: Insight;
}

/** What is asked for: an answer, one that is looked up, or a picture. */
export type Asking = 'answer' | 'search' | 'imagine';

export interface TextFile {
  readonly name: string;
  readonly mime: 'text/markdown';
  readonly text: string;
}

/** What commands act through. Each takes effect once for the message that the command came in. */
export interface CommandDesk {
  ask(text: string, how?: Asking): Promise<Received>;
  /** With a file of text, which stands below as text where no files are taken. */
  say(text: string, file?: TextFile): Promise<Received>;
  reset(done: string): Promise<Received>;
  /** Stops what is being answered, or all that this person has asked here. */
  stop(which: 'head' | 'all', stopped: string, nothing: string): Promise<Received>;
  retry(nothing: string): Promise<Received>;
  undo(undone: (prompt: string) => string, nothing: string): Promise<Received>;

  settings(): Promise<ConversationSettings>;
  kept(): Promise<Kept>;
  change(changes: SettingsChange, done: string): Promise<Received>;
  forget(done: string): Promise<Received>;

  /** Lets somebody in, by code or by id. False: no such code, and no id. */
  approve(who: string): Promise<boolean>;
  /** Shuts somebody out, by code or by id; who it is, or undefined as with `approve`. */
  deny(who: string): Promise<string | undefined>;
  /** Begins a sign-in, says where to go, and later what became of it. */
  signIn(): Promise<Received>;
}
