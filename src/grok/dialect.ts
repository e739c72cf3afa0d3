import type { OpenAI } from 'openai';

import type { GrokRequest } from './request.ts';

/** One of the two APIs that give an answer as a stream. */
export interface Dialect {
  /** Whether it can be told how long to think and to look things up. */
  readonly takesExtras: boolean;
  send(openai: OpenAI, request: GrokRequest, options: SendOptions): Promise<Response>;
  /** What an event of the stream says; nothing, if it is none of our business. */
  read(event: unknown): Step[];
}

export interface SendOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

export type Step =
  | { readonly kind: 'text'; readonly delta: string }
  /** It thinks, or looks something up. */
  | { readonly kind: 'work' }
  | { readonly kind: 'source'; readonly source: Source }
  | { readonly kind: 'facts'; readonly facts: Facts }
  /** The answer is over. `text`: all of it once more, where the API repeats it. */
  | { readonly kind: 'end'; readonly how: Ending; readonly text?: string }
  /** The event is an error, to be classified as it came. */
  | { readonly kind: 'error' };

/** `whole`, cut at the longest allowed output, held back by a filter, or over for a reason we do not know. */
export type Ending = 'whole' | 'cut' | 'declined' | 'broken';

export interface Source {
  readonly url: string;
  readonly title?: string;
}

export interface Facts {
  readonly usage?: Usage;
  readonly model?: string;
  readonly responseId?: string;
}

export interface Usage {
  readonly inputTokens: number;
  /** Of them, read from xAI's cache. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
  /** As xAI bills it, tools included; 1 USD is 1e10 ticks. 0 where the server does not say. */
  readonly costUsdTicks: number;
}
