import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

import { conversationKey, historyKey } from '../redis/keys.ts';
import { type Exchange, exchangeSchema } from './exchange.ts';
import { fitHistory } from './fit.ts';

export interface HistoryOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly budgetTokens: number;
  readonly log: Logger;
}

/** What was said before in a conversation, as far as it fits the budget. Settle writes it. */
export class History {
  readonly #options: HistoryOptions;

  constructor(options: HistoryOptions) {
    this.#options = options;
  }

  /**
   * The exchanges under one history epoch, oldest first; none, if it is gone. An entry that cannot
   * be read, or of a newer format, is left out.
   */
  async load(conversation: string, historyEpoch: number): Promise<readonly Exchange[]> {
    return fitHistory(await this.#read(conversation, historyEpoch), this.#options.budgetTokens);
  }

  /** All exchanges that are kept of the present history, oldest first. */
  async all(conversation: string): Promise<readonly Exchange[]> {
    const { redis, prefix } = this.#options;
    const epoch = await redis.hget(conversationKey(prefix, conversation), 'history_epoch');
    return this.#read(conversation, Number(epoch ?? 0));
  }

  async #read(conversation: string, historyEpoch: number): Promise<readonly Exchange[]> {
    const { redis, prefix, log } = this.#options;
    const entries = await redis.lrange(historyKey(prefix, conversation, historyEpoch), 0, -1);
    const exchanges = entries.flatMap((entry) => parse(entry));
    const unread = entries.length - exchanges.length;
    if (unread > 0) log.warn({ conversation, unread }, 'entries of a history left out');
    return exchanges;
  }
}

function parse(entry: string): Exchange[] {
  try {
    const exchange = exchangeSchema.safeParse(JSON.parse(entry));
    return exchange.success ? [exchange.data] : [];
  } catch {
    return [];
  }
}
