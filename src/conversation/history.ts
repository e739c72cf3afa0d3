import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';

import { conversationKey, historyKey, summaryKey } from '../redis/keys.ts';
import { condensable, type Condensable } from './condensable.ts';
import { type Exchange, exchangeSchema } from './exchange.ts';
import { fitHistory } from './fit.ts';
import type { Summary } from './summary.ts';
import { estimateTokens } from './tokens.ts';

export interface HistoryOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly budgetTokens: number;
  readonly log: Logger;
}

/** An exchange, and how it is stored. */
export type StoredExchange = Exchange & { readonly raw: string };

/** What was said before, as far as it fits the budget. */
export interface Remembered {
  /** What stands for all that was said before `exchanges`. */
  readonly earlier: string | undefined;
  /** Oldest first. */
  readonly exchanges: readonly Exchange[];
  /** What should be condensed now. */
  readonly due: Condensable | undefined;
}

/** All that is kept of a conversation. */
export interface KeptHistory {
  readonly summary: string | undefined;
  /** Oldest first, those that the summary covers included. */
  readonly exchanges: readonly Exchange[];
}

/** A history as it is stored: its exchanges, oldest first, and the fields of its summary. */
export interface StoredHistory {
  readonly exchanges: readonly string[];
  readonly summary: Readonly<Record<string, string>>;
}

/** What was said before in a conversation. Settle writes it. */
export class History {
  readonly #options: HistoryOptions;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /**
   * What is remembered under one history epoch; nothing, if it is gone. An entry that cannot be
   * read, or of a newer format, is left out. `stored`: what is stored of it, where that is known.
   */
  async load(
    conversation: string,
    historyEpoch: number,
    stored?: StoredHistory,
  ): Promise<Remembered> {
    const { budgetTokens } = this.#options;
    const { exchanges, summary } = this.#parse(
      conversation,
      stored ?? (await this.#read(conversation, historyEpoch)),
    );
    // Not there any more: so many came after it that the list has let go of all it covers.
    const covered = exchanges.findLastIndex(({ raw }) => raw === summary?.through);
    const rest = exchanges.slice(covered + 1);
    const earlier = summary?.text;
    const usedTokens = earlier === undefined ? 0 : estimateTokens(earlier);
    return {
      earlier,
      exchanges: fitHistory(rest, budgetTokens - usedTokens).map(asSaid),
      due: condensable(rest, usedTokens, budgetTokens),
    };
  }

  /** All that is kept of the present history. */
  async all(conversation: string): Promise<KeptHistory> {
    const { redis, prefix } = this.#options;
    const epoch = await redis.hget(conversationKey(prefix, conversation), 'history_epoch');
    const stored = await this.#read(conversation, Number(epoch ?? 0));
    const { exchanges, summary } = this.#parse(conversation, stored);
    return { summary: summary?.text, exchanges };
  }

  async #read(conversation: string, historyEpoch: number): Promise<StoredHistory> {
    const { redis, prefix } = this.#options;
    const [exchanges, summary] = await Promise.all([
      redis.lrange(historyKey(prefix, conversation, historyEpoch), 0, -1),
      redis.hgetall(summaryKey(prefix, conversation, historyEpoch)),
    ]);
    return { exchanges, summary };
  }

  #parse(conversation: string, stored: StoredHistory) {
    const exchanges = stored.exchanges.flatMap((entry) => parse(entry));
    const unread = stored.exchanges.length - exchanges.length;
    if (unread > 0) {
      this.#options.log.warn({ conversation, unread }, 'entries of a history left out');
    }
    const summary: Summary | undefined = summarySchema.safeParse(stored.summary).data;
    return { exchanges, summary };
  }
}

/** One of a newer version counts as none. */
const summarySchema = z.object({
  v: z.literal('1').default('1'),
  text: z.string().min(1),
  through: z.string().min(1),
});

function asSaid({ v, prompt, answer, author, atMs }: StoredExchange): Exchange {
  return { v, prompt, answer, author, atMs };
}

function parse(entry: string): StoredExchange[] {
  try {
    const exchange = exchangeSchema.safeParse(JSON.parse(entry));
    return exchange.success ? [{ ...exchange.data, raw: entry }] : [];
  } catch {
    return [];
  }
}
