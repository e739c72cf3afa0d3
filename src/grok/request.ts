import { createHash } from 'node:crypto';

import type { Effort } from '../conversation-settings.ts';
import { withEarlier } from './prompt-text.ts';

/** A question to Grok with all that belongs to it. */
export interface GrokRequest {
  /** The prompt's id, for the credential's bookkeeping; never sent. */
  readonly prompt: string;
  readonly conversation: string;
  /** `<platform>:<id>`. Conversation and author leave the program only as hashes. */
  readonly author: string;
  readonly model: string;
  readonly instructions: string;
  /** What stands for all that was said before `history`: data. */
  readonly earlier?: string | undefined;
  /** Oldest first. Appending keeps the prefix and with it xAI's cache. */
  readonly history: readonly PastExchange[];
  /** What is asked now, as `promptText` makes it. */
  readonly text: string;
  /** Pictures that belong to it. */
  readonly images?: readonly Picture[] | undefined;
  /** How long to think; unless set as the model likes. Only the Responses API is told. */
  readonly effort?: Effort | undefined;
  /** Whether Grok may look things up on the web and on X, or is asked to. As for `effort`. */
  readonly search?: 'may' | 'must' | undefined;
  /** `text` describes a picture that is to be drawn by `model`; the history is none of it. */
  readonly isPicture?: boolean | undefined;
  readonly maxOutputTokens?: number | undefined;
}

export interface Picture {
  readonly mime: string;
  readonly base64: string;
}

export interface PastExchange {
  /** As it was sent. */
  readonly prompt: string;
  readonly answer: string;
}

/** Who said what, the question last; what stands for the beginning is put before the first message. */
export function spokenTurns({
  earlier,
  history,
  text,
}: Pick<GrokRequest, 'earlier' | 'history' | 'text'>): {
  readonly history: readonly PastExchange[];
  readonly text: string;
} {
  const [first, ...rest] = history;
  if (first === undefined) return { history, text: withEarlier(earlier, text) };
  return { history: [{ ...first, prompt: withEarlier(earlier, first.prompt) }, ...rest], text };
}

/** Opaque, stable, 43 characters: short enough for `prompt_cache_key`. */
export function opaque(kind: 'conversation' | 'author', id: string): string {
  return createHash('sha256').update(`grok-bridge:${kind}:${id}`).digest('base64url');
}

/** A picture as both APIs take it: in the request itself, so that xAI fetches nothing. */
export function dataUrl({ mime, base64 }: Picture): string {
  return `data:${mime};base64,${base64}`;
}
