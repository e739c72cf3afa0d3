import type { ConversationSettings } from '../conversation-settings.ts';
import type { Prompt } from '../prompt.ts';
import type { Reply } from '../reply.ts';
import type { CountedUsage } from './fair-use.ts';

/** What is kept of a conversation for the one who answers. */
export interface Kept {
  /** The exchanges of the prompt's history, oldest first, as they are stored. */
  readonly exchanges: readonly string[];
  /** The fields of what stands for all before them. */
  readonly summary: Readonly<Record<string, string>>;
  readonly settings: ConversationSettings;
}

/** What the one who answers is given. */
export interface PromptTurn {
  readonly prompt: Prompt;
  /** The history the prompt was admitted under. */
  readonly historyEpoch: number;
  /** Newer than that of any earlier attempt, wherever it was made. */
  readonly turnEpoch: number;
  /** From 1; a wait for a credential and a crash count none. */
  readonly attempt: number;
  /** Came with the turn; absent for later prompts of a turn, which are to look themselves. */
  readonly kept?: Kept | undefined;
  /** Whether this still is the process that may answer. Settling asks by itself. */
  mayAct(): boolean;
}

/**
 * Answers a prompt. The signal aborts with a `BridgeError`: `STOPPED` and `DEADLINE_PASSED`, after
 * which a settlement with what had come is expected soon; `LEASE_LOST`, after which none is taken.
 * What it throws is taken for a fault of ours: the prompt is tried again, and in the end kept aside.
 */
export type PromptHandler = (turn: PromptTurn, signal: AbortSignal) => Promise<Settlement>;

export type Settlement =
  /** Over: the reply goes out, the exchange becomes history. `outcome` is for the metrics. */
  | {
      readonly kind: 'settle';
      readonly reply: Reply;
      /** JSON, appended as it is. */
      readonly exchange?: string | undefined;
      readonly outcome: string;
      /** Counted against its author's day; absent where Grok had not begun to answer. */
      readonly usage?: CountedUsage | undefined;
    }
  /** Counts an attempt and comes back later; the other conversations go on. */
  | { readonly kind: 'retry'; readonly afterMs: number; readonly notice?: Reply | undefined }
  /** Stays the head, counts no attempt, comes back with the sweeper or the gate. */
  | { readonly kind: 'credential-wait'; readonly notice?: Reply | undefined };

/** What is said when there is no settlement to say it. */
export interface PromptEndings {
  /** Stopped; `answer` is what the handler made of it all the same, if it did. */
  stopped(prompt: Prompt, answer: Reply | null): Reply;
  /** Given up. */
  failed(prompt: Prompt): Reply;
}

/** Told of what became of prompts, to count it. */
export interface PromptMetrics {
  /** `tookMs` since the bridge took the prompt in. */
  settled(prompt: Prompt, outcome: string, tookMs: number): void;
  retried(prompt: Prompt): void;
  deadLettered(prompt: Prompt | null): void;
}
