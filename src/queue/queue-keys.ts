import { rootKey } from '../redis/keys.ts';

/** The BullMQ queue of prompt turns. */
export const promptsQueue = 'prompts';

/** The BullMQ queue of an account's reply turns. */
export function repliesQueue(account: string): string {
  return `replies-${account}`;
}

/**
 * Names of the keys that only this folder touches. `lists` hold entries (see `entry.ts`); the sorted
 * sets hold who has a non-empty list, by the arrival of its head.
 */
export class QueueKeys {
  readonly #root: string;

  constructor(prefix: string) {
    this.#root = rootKey(prefix);
  }

  /** BullMQ's `prefix` option. */
  get bullmq(): string {
    return this.#root;
  }

  /** LIST of prompts, oldest first. */
  prompts(conversation: string): string {
    return `${this.#root}:prompt-list:${conversation}`;
  }

  /** LIST of replies, oldest first. */
  replies(conversation: string): string {
    return `${this.#root}:reply-list:${conversation}`;
  }

  /** LIST of a message's parts that have come, oldest first. */
  parts(conversation: string): string {
    return `${this.#root}:parts:${conversation}`;
  }

  /** SET of an account's conversations that have parts. */
  gathering(account: string): string {
    return `${this.#root}:gathering:${account}`;
  }

  /** ZSET of conversations. */
  get waitingPrompts(): string {
    return `${this.#root}:waiting-prompts`;
  }

  /** ZSET of `<account> <conversation>`. */
  get waitingReplies(): string {
    return `${this.#root}:waiting-replies`;
  }

  /** How many prompts lie in all lists together; absent: none. */
  get promptCount(): string {
    return `${this.#root}:prompt-count`;
  }

  /** There once the message of this id has taken effect; outlives every platform's repetition. */
  seen(id: string): string {
    return `${this.#root}:seen:${id}`;
  }

  /** HASH of whom the present incident was told to: `incident`, `swept`, `author:<id>`. */
  get told(): string {
    return `${this.#root}:told`;
  }

  /** STRING: when a scope's next request would be due at an even pace (ms). */
  rate(scope: string): string {
    return `${this.#root}:rate:${scope}`;
  }

  /**
   * HASH of what a scope's prompts under way, taken in on this day, are expected to cost: prompt to
   * ticks, and `=` to their sum.
   */
  reserved(scope: string, dayNumber: number): string {
    return `${this.reservedRoot}${dayNumber}:${scope}`;
  }

  get reservedRoot(): string {
    return `${this.#root}:reserved:`;
  }

  /** There while this need not be said again. */
  once(what: string): string {
    return `${this.#root}:once:${what}`;
  }

  /** STRING: the entry of the prompt that was settled last. */
  last(conversation: string): string {
    return `${this.#root}:last:${conversation}`;
  }

  /** HASH of what was posted for an anchor: `v`, `by`, `final`, and a field for each chunk. */
  receipts(anchor: string): string {
    return `${this.receiptsRoot}${anchor}`;
  }

  get receiptsRoot(): string {
    return `${this.#root}:receipts:`;
  }

  /** LIST of entries nobody could work on, newest first. */
  get deadLetters(): string {
    return `${this.#root}:dead-letters`;
  }

  /** There while some process has swept lately. */
  get sweep(): string {
    return `${this.#root}:sweep`;
  }

  /** Channel on which the id of a stopped prompt is called out. */
  get control(): string {
    return `${this.#root}:control`;
  }

  /** Channel of an account's previews. */
  previews(account: string): string {
    return `${this.#root}:previews:${account}`;
  }
}
