import type { Prompt } from '../prompt.ts';
import type { Reply } from '../reply.ts';
import type { Standing } from '../standing.ts';

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
 * Which prompts of a conversation are stopped: the one that is being answered, a certain one, or all
 * that somebody has asked.
 */
export type Stopping =
  | { readonly kind: 'head' }
  | { readonly kind: 'prompt'; readonly prompt: string }
  | { readonly kind: 'author'; readonly author: string };

/** What is said to who stops, in the conversation. */
export interface StopWords {
  readonly stopped: Reply;
  readonly nothing: Reply;
}

/**
 * Where admitted messages and commands go. Each call takes effect once for each `id` (a prompt's is
 * its own), in one step with the note that the id was seen: `known` means that it already had.
 * Rejects when nothing could be stored.
 */
export interface Prompts {
  /**
   * `full`: a cap is reached; the busy word has been said, nothing was stored. `hushed`: the same,
   * and the group had been told just before. `unwelcome`: nothing was stored or said, since the
   * author's standing is, at this moment, none of `welcome`; absent: whoever it is may ask.
   */
  enqueue(
    prompt: Prompt,
    words: WaitWords,
    welcome?: readonly Standing[],
  ): Promise<'queued' | 'known' | 'full' | 'hushed' | 'unwelcome' | Unfair>;
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
  /** Stops what is asked for, and says `stopped`, or `nothing` if there is nothing to stop. */
  stop(
    id: string,
    conversation: string,
    which: Stopping,
    say: StopWords | null,
  ): Promise<'stopped' | 'nothing' | 'known'>;
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
