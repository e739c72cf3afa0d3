import type { Prompt } from '../prompt.ts';
import type { Reply } from '../reply.ts';

/** Why a prompt is not taken, and in how long one would be; nothing was stored or said. */
export interface Unfair {
  /** Too many requests in a minute, or the day's budget is used up. */
  readonly kind: 'too-fast' | 'spent';
  /** Whose limit it is. */
  readonly of: 'person' | 'chat' | 'all';
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
  /**
   * `full`: a cap is reached; the busy word has been said, nothing was stored. `hushed`: the same,
   * and the group had been told just before.
   */
  enqueue(
    prompt: Prompt,
    words: WaitWords,
  ): Promise<'queued' | 'known' | 'full' | 'hushed' | Unfair>;
  /** Says `reply`. */
  say(id: string, reply: Reply): Promise<'done' | 'known'>;
  /** Says `reply`, unless `what` was said less than `forMs` ago (`hushed`). */
  sayOnce(
    id: string,
    reply: Reply,
    once: { readonly what: string; readonly forMs: number },
  ): Promise<'done' | 'known' | 'hushed'>;
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
