import type { Redis } from 'ioredis';
import { z } from 'zod';

import { conversationKey } from '../redis/keys.ts';
import { word } from './entry.ts';
import { conversationLifetimeMs, deadLetters, receiptsLifetimeMs } from './lifetimes.ts';
import { QueueKeys } from './queue-keys.ts';
import { loadScript } from './scripts.ts';

/** The turn of a conversation's reply list: who holds the highest epoch may pop. */
export interface ReplyTurn {
  readonly conversation: string;
  readonly epoch: number;
  /** How many replies this turn has popped. */
  popped: number;
}

/** The head of a reply list, looked at. */
export interface ReplyHead {
  /** See `entry.ts`. */
  readonly raw: string;
  /** Another process began it, or posted under its anchor, before. */
  readonly takenOver: boolean;
  /** Deliveries that threw. */
  readonly attempts: number;
  /** There were no receipts under its anchor. */
  readonly isUntouched: boolean;
}

/** What is noted as a reply leaves its list. */
export interface Popping {
  /** The anchor whose final reply is shown with it: the receipts say so from then on. */
  readonly ends?: string;
  /** What is kept of one that cannot be shown. */
  readonly deadLetter?: string;
}

/** What a `ReplyList` is made of. */
export interface ReplyListOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly account: string;
  /** Names this process for as long as it lives. */
  readonly holder: string;
  readonly historyLifetimeMs: number;
}

/** The bridge's side of the reply lists of one account: begin and pop, each one script. */
export class ReplyList {
  readonly #options: ReplyListOptions;
  readonly #keys: QueueKeys;

  constructor(options: ReplyListOptions) {
    this.#options = options;
    this.#keys = new QueueKeys(options.prefix);
  }

  /** Takes the turn of the conversation's replies; null when there are none. */
  async begin(conversation: string): Promise<{ turn: ReplyTurn; head: ReplyHead } | null> {
    const { redis, prefix, holder, historyLifetimeMs } = this.#options;
    const answer = await beginScript.run(
      redis,
      [this.#keys.replies(conversation), conversationKey(prefix, conversation)],
      [holder, conversationLifetimeMs(historyLifetimeMs), this.#keys.receiptsRoot],
    );
    const [epoch, ...looked] = begun.parse(answer);
    const head = toHead(looked);
    return head === null ? null : { turn: { conversation, epoch, popped: 0 }, head };
  }

  /** Removes the head; `lost` when it is not ours. */
  async pop(
    turn: ReplyTurn,
    id: string,
    { ends, deadLetter = '' }: Popping = {},
  ): Promise<{ kind: 'popped'; next: ReplyHead | null } | { kind: 'lost' }> {
    const { redis, prefix, account, holder } = this.#options;
    const answer = await popScript.run(
      redis,
      [
        this.#keys.replies(turn.conversation),
        conversationKey(prefix, turn.conversation),
        this.#keys.waitingReplies,
        this.#keys.deadLetters,
      ],
      [
        turn.epoch,
        id,
        `${account} ${turn.conversation}`,
        holder,
        this.#keys.receiptsRoot,
        deadLetter,
        deadLetters.most,
        deadLetters.lifetimeMs,
        turn.popped,
        ends === undefined ? '' : word(ends),
        receiptsLifetimeMs,
      ],
    );
    const parsed = popped.parse(answer);
    if (parsed[0] === 'lost') return { kind: 'lost' };
    turn.popped += 1;
    const [kind, ...looked] = parsed;
    return { kind, next: toHead(looked) };
  }

  /** Notes how often the delivery of this head has thrown. */
  async failed(turn: ReplyTurn, id: string, attempts: number): Promise<void> {
    const { redis, prefix } = this.#options;
    await failedScript.run(
      redis,
      [conversationKey(prefix, turn.conversation)],
      [turn.epoch, id, attempts],
    );
  }
}

const beginScript = loadScript('reply-head', 'begin-delivery');
const popScript = loadScript('reply-head', 'pop-reply');
const failedScript = loadScript('retry-reply');

const looks = [z.string().nullable(), z.number(), z.number(), z.number()] as const;
const begun = z.tuple([z.number(), ...looks]);
const popped = z.union([z.tuple([z.literal('lost')]), z.tuple([z.literal('popped'), ...looks])]);

function toHead(looked: [string | null, number, number, number]): ReplyHead | null {
  const [raw, takenOver, attempts, isUntouched] = looked;
  if (raw === null) return null;
  return { raw, takenOver: takenOver === 1, attempts, isUntouched: isUntouched === 1 };
}
