import { conflict, type Refusal } from './refusal.ts';

export interface Update {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}

/** What a bot gets without having asked for anything else; the three kinds below it has to name. */
const onRequestOnly = new Set(['chat_member', 'message_reaction', 'message_reaction_count']);

interface Poll {
  readonly limit: number;
  readonly end: (answer: readonly Update[] | Refusal) => void;
}

/**
 * The updates that the bot has not confirmed, and the one long poll that may be waiting for more
 * (https://core.telegram.org/bots/api#getting-updates).
 */
export class UpdateFeed {
  /** The lowest `update_id` that is not yet confirmed. */
  confirmedOffset = 0;
  #pending: Update[] = [];
  #lastId: number;
  #allowed: ReadonlySet<string> | undefined;
  #poll: Poll | undefined;
  readonly #changed: () => void;

  constructor(firstId: number, changed: () => void) {
    this.#lastId = firstId - 1;
    this.#changed = changed;
  }

  get pending(): readonly Update[] {
    return this.#pending;
  }

  /** Kinds of updates from now on; undefined leaves them as they are, an empty list is the default. */
  allow(kinds: readonly string[] | undefined): void {
    if (kinds === undefined) return;
    this.#allowed = kinds.length === 0 ? undefined : new Set(kinds);
  }

  add(kind: string, payload: unknown): void {
    const wanted = this.#allowed === undefined ? !onRequestOnly.has(kind) : this.#allowed.has(kind);
    if (!wanted) return;
    this.#lastId += 1;
    this.#pending.push({ update_id: this.#lastId, [kind]: payload });
    const poll = this.#poll;
    this.#poll = undefined;
    poll?.end(this.#pending.slice(0, poll.limit));
    this.#changed();
  }

  /** Forgets all before `offset`; a negative one counts from the end. */
  confirm(offset: number): void {
    const from =
      offset < 0 ? (this.#pending.at(offset)?.update_id ?? this.confirmedOffset) : offset;
    this.#pending = this.#pending.filter(({ update_id: id }) => id >= from);
    this.confirmedOffset = Math.max(this.confirmedOffset, from);
    this.#changed();
  }

  clear(): void {
    this.confirm(this.#lastId + 1);
  }

  /**
   * Answers at once when something is there, else when it comes, or with nothing after `timeoutMs`.
   * A poll that waits already is refused: there is one for each bot.
   */
  async poll(limit: number, timeoutMs: number, gone: AbortSignal): Promise<readonly Update[]> {
    this.refusePoll('getUpdates');
    if (this.#pending.length > 0 || timeoutMs === 0) return this.#pending.slice(0, limit);
    const { promise, resolve, reject } = Promise.withResolvers<readonly Update[]>();
    const end: Poll['end'] = (answer) => {
      if (answer instanceof Error) reject(answer);
      else resolve(answer);
    };
    const poll: Poll = { limit, end };
    this.#poll = poll;
    const stop = () => {
      if (this.#poll === poll) this.#poll = undefined;
      end([]);
    };
    const timer = setTimeout(stop, timeoutMs);
    gone.addEventListener('abort', stop);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      gone.removeEventListener('abort', stop);
    }
  }

  /** Ends a waiting poll with 409, because of `method`. */
  refusePoll(method: 'getUpdates' | 'setWebhook'): void {
    const poll = this.#poll;
    this.#poll = undefined;
    poll?.end(
      method === 'setWebhook'
        ? conflict('terminated by setWebhook request')
        : conflict(
            'terminated by other getUpdates request; make sure that only one bot instance is running',
          ),
    );
  }
}
