import type { Prompt } from '../prompt.ts';
import type { Reply } from '../reply.ts';

/** Why a person's prompt is not taken, and in how long one would be; nothing was stored or said. */
export interface Unfair {
  /** Too many requests in a minute, or the day's budget is used up. */
  readonly kind: 'too-fast' | 'spent';
  readonly afterMs: number;
}

/** What is said when too many wait, and while no credential can serve. */
export interface WaitWords {
  readonly busy: string;
  readonly waiting: string;
}

/**
 * Where admitted messages and commands go. Each call takes effect once for each `id` (a prompt's is
 * its own), in one step with the note that the id was seen: `known` means that it already had.
 * Rejects when nothing could be stored.
 */
export interface Prompts {
  /** `full`: a cap is reached; the busy word has been said, nothing was stored. */
  enqueue(prompt: Prompt, words: WaitWords): Promise<'queued' | 'known' | 'full' | Unfair>;
  /** Says `reply`. */
  say(id: string, reply: Reply): Promise<'done' | 'known'>;
  /** Starts the conversation's history anew and says `reply`. */
  reset(id: string, conversation: string, reply: Reply): Promise<'done' | 'known'>;
  /** Stops what the conversation is answering, and says `stopped`, or `nothing` if it answers nothing. */
  stop(
    id: string,
    conversation: string,
    say: { readonly stopped: Reply; readonly nothing: Reply },
  ): Promise<'done' | 'known'>;
  /** Stops all that `author` has asked in the conversation, waiting or not. */
  stopAll(
    id: string,
    conversation: string,
    author: string,
    say: { readonly stopped: Reply; readonly nothing: Reply },
  ): Promise<'done' | 'known'>;
  /**
   * Gives the prompt that waits at `address` another text, or drops it (null). `left`: none waits
   * there any more, or it has begun.
   */
  amend(
    conversation: string,
    address: string,
    text: string | null,
  ): Promise<'changed' | 'dropped' | 'left'>;
}
