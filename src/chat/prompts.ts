import type { Prompt } from '../prompt.ts';
import type { Reply } from '../reply.ts';

/**
 * Where admitted messages and commands go. Each call takes effect once for each `id` (a prompt's is
 * its own), in one step with the note that the id was seen: `known` means that it already had.
 * Rejects when nothing could be stored.
 */
export interface Prompts {
  /** `full`: a cap is reached; the busy word has been said, nothing was stored. */
  enqueue(
    prompt: Prompt,
    words: { readonly busy: string; readonly waiting: string },
  ): Promise<'queued' | 'known' | 'full'>;
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
}
