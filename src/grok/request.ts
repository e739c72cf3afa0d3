import { createHash } from 'node:crypto';

/** A question to Grok with all that belongs to it. */
export interface GrokRequest {
  /** The prompt's id, for the credential's bookkeeping; never sent. */
  readonly prompt: string;
  readonly conversation: string;
  /** `<platform>:<id>`. Conversation and author leave the program only as hashes. */
  readonly author: string;
  readonly model: string;
  readonly instructions: string;
  /** Oldest first. Appending keeps the prefix and with it xAI's cache. */
  readonly history: readonly PastExchange[];
  /** What is asked now, as `promptText` makes it. */
  readonly text: string;
  readonly maxOutputTokens?: number | undefined;
}

export interface PastExchange {
  /** As it was sent. */
  readonly prompt: string;
  readonly answer: string;
}

/** Opaque, stable, 43 characters: short enough for `prompt_cache_key`. */
export function opaque(kind: 'conversation' | 'author', id: string): string {
  return createHash('sha256').update(`grok-bridge:${kind}:${id}`).digest('base64url');
}
