import type { ConversationSettings } from '../conversation-settings.ts';
import type { Prompt } from '../prompt.ts';
import type { Reply } from '../reply.ts';
import type { Unfair, WaitWords } from './prompts.ts';

/** New values of settings; `null`: as configured. */
export type SettingsChange = { readonly [Field in keyof ConversationSettings]?: string | null };

/** Who asks again, and by which message. */
export interface AskedAgain extends Pick<
  Prompt,
  'id' | 'conversation' | 'account' | 'author' | 'receivedAtMs' | 'trace'
> {
  /** Where to answer; where it was asked, unless given. */
  readonly address?: string | undefined;
  /** Only if this prompt is the last one. */
  readonly only?: string | undefined;
}

/** A prompt and its answer, as they are kept. */
export interface Spoken {
  readonly prompt: string;
  readonly answer: string;
  /** Who asked, where several people talk; else empty. */
  readonly author: string;
  readonly atMs: number;
}

/** What was said, as it is kept. */
export interface Kept {
  /** What Grok has condensed of the oldest exchanges. */
  readonly summary?: string | undefined;
  /** Oldest first. */
  readonly exchanges: readonly Spoken[];
}

/**
 * What is kept of a conversation, and what commands do to it. Each change takes effect once for each
 * `id`, as in `Prompts`.
 */
export interface Conversations {
  settings(conversation: string): Promise<ConversationSettings>;
  kept(conversation: string): Promise<Kept>;
  change(
    id: string,
    conversation: string,
    changes: SettingsChange,
    reply: Reply,
  ): Promise<'done' | 'known'>;
  /** Asks the last prompt again, in place of its answer; `none`: there is none, nothing was said. */
  retry(
    again: AskedAgain,
    words: WaitWords,
  ): Promise<'queued' | 'known' | 'full' | 'hushed' | 'none' | Unfair>;
  /** Takes back the newest exchange, and says which, or `nothing`. */
  undo(
    id: string,
    conversation: string,
    say: { readonly undone: (prompt: string) => Reply; readonly nothing: Reply },
  ): Promise<'done' | 'known'>;
  /** Deletes all that is kept of the conversation, and of what `person` has used. */
  forget(id: string, conversation: string, person: string, reply: Reply): Promise<'done' | 'known'>;
}
