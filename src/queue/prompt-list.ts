import type { Redis } from 'ioredis';
import { z } from 'zod';

import type { Clock } from '../clock.ts';
import { parseSettings, settingFields } from '../conversation-settings.ts';
import type { Prompt } from '../prompt.ts';
import {
  conversationKey,
  gateKey,
  historyKey,
  historyRoot,
  summaryRoot,
  usageKey,
} from '../redis/keys.ts';
import type { Reply } from '../reply.ts';
import { replyEntry, word } from './entry.ts';
import { type CountedUsage, dayNumberOf, dayOf, scopesOf } from './fair-use.ts';
import { conversationLifetimeMs, deadLetters, usageLifetimeMs } from './lifetimes.ts';
import type { Kept } from './prompt-handler.ts';
import { QueueKeys } from './queue-keys.ts';
import { loadScript } from './scripts.ts';

/** A conversation's turn: who holds the highest epoch may settle. */
export interface Turn {
  readonly conversation: string;
  readonly turnEpoch: number;
  /** How many prompts this turn has settled. */
  settled: number;
}

/** The head of a list, looked at. */
export interface Head {
  /** See `entry.ts`. */
  readonly raw: string;
  /** Attempts that ended in an orderly way, and were counted. */
  readonly attempts: number;
  /** Runs that began and never ended, the one that is about to begin included. */
  readonly starts: number;
  readonly isStopped: boolean;
  readonly isGateClosed: boolean;
  /** What is kept of its conversation, where that was looked at, too. */
  readonly kept?: Kept | undefined;
}

/** What became of an attempt to settle. */
export type Settled =
  | { readonly kind: 'settled'; readonly wakeReplies: boolean; readonly next: Head | null }
  /** The turn or the head is another one by now: nothing was changed. */
  | { readonly kind: 'lost' }
  /** The prompt was stopped in the meantime: nothing was changed. */
  | { readonly kind: 'stopped' };

/** How a prompt ends. */
export interface Ending {
  /** The id as it stands in the entry. */
  readonly word: string;
  readonly historyEpoch: number;
  /** JSON to append to the history, if its epoch still is the conversation's. */
  readonly exchange?: string | undefined;
  readonly reply?: Reply | undefined;
  readonly evenIfStopped: boolean;
  readonly deadLetter?: string | undefined;
  /** Absent for what cannot be read. What was reserved for it is free again. */
  readonly prompt?: Prompt | undefined;
  /** What the answer took, added to its author's day, the chat's and everybody's. */
  readonly usage?: CountedUsage | undefined;
}

/** What a `PromptList` is made of. */
export interface PromptListOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly clock: Clock;
  readonly history: { readonly maxExchanges: number; readonly lifetimeMs: number };
}

/** The worker's side of the prompt lists: begin, settle, postpone; each one script. */
export class PromptList {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #keys: QueueKeys;
  readonly #clock: Clock;
  readonly #history: PromptListOptions['history'];

  constructor(options: PromptListOptions) {
    this.#redis = options.redis;
    this.#prefix = options.prefix;
    this.#keys = new QueueKeys(options.prefix);
    this.#clock = options.clock;
    this.#history = options.history;
  }

  /** Takes the conversation's turn; null when its list is empty. */
  async begin(conversation: string): Promise<{ turn: Turn; head: Head } | null> {
    const answer = await beginScript.run(
      this.#redis,
      [
        this.#keys.prompts(conversation),
        conversationKey(this.#prefix, conversation),
        gateKey(this.#prefix),
      ],
      [
        conversationLifetimeMs(this.#history.lifetimeMs),
        historyRoot(this.#prefix),
        summaryRoot(this.#prefix),
        conversation,
        ...settingFields,
      ],
    );
    const [turnEpoch, raw, attempts, starts, stopped, closed, kept] = begun.parse(answer);
    const head = toHead([raw, attempts, starts, stopped, closed]);
    if (head === null) return null;
    const turn = { conversation, turnEpoch, settled: 0 };
    return { turn, head: kept === undefined ? head : { ...head, kept: toKept(kept) } };
  }

  /**
   * Ends the head: exchange, reply, dead letter and pop in one step. `wake` follows it, see
   * `Script.runThen`; it must not reject.
   */
  async settle(
    turn: Turn,
    ending: Ending,
    wake: () => Promise<unknown> = async () => undefined,
  ): Promise<Settled> {
    const { conversation } = turn;
    const nowMs = this.#clock.now();
    const { reply, usage, prompt } = ending;
    const scopes = scopesOf(prompt ?? { author: { id: '', name: '' }, conversation });
    const [day, askedOn] = [dayOf(nowMs), dayNumberOf(prompt?.receivedAtMs ?? nowMs)];
    const answer = await settleScript.runThen(
      this.#redis,
      [
        this.#keys.prompts(conversation),
        conversationKey(this.#prefix, conversation),
        gateKey(this.#prefix),
        this.#keys.waitingPrompts,
        this.#keys.promptCount,
        historyKey(this.#prefix, conversation, ending.historyEpoch),
        this.#keys.replies(reply?.conversation ?? conversation),
        this.#keys.waitingReplies,
        this.#keys.deadLetters,
        this.#keys.last(conversation),
        ...scopes.map((scope) => usageKey(this.#prefix, day, scope)),
        ...scopes.map((scope) => this.#keys.reserved(scope, askedOn)),
      ],
      [
        turn.turnEpoch,
        ending.word,
        conversation,
        ending.historyEpoch,
        ending.exchange ?? '',
        this.#history.maxExchanges,
        this.#history.lifetimeMs,
        reply === undefined ? '' : replyEntry(reply, nowMs),
        reply === undefined ? '' : `${reply.account} ${reply.conversation}`,
        nowMs,
        ending.evenIfStopped ? 1 : 0,
        ending.deadLetter ?? '',
        deadLetters.most,
        deadLetters.lifetimeMs,
        turn.settled,
        usage === undefined ? 0 : 1,
        countOf(usage?.inputTokens),
        countOf(usage?.cachedTokens),
        countOf(usage?.outputTokens),
        usage?.costUsdTicks === 'reserved' ? 'reserved' : countOf(usage?.costUsdTicks),
        usageLifetimeMs,
        prompt === undefined ? 0 : 1,
      ],
      wake,
    );
    const parsed = settled.parse(answer);
    if (parsed[0] !== 'settled') return { kind: parsed[0] };
    turn.settled += 1;
    const [kind, wakeReplies, ...looked] = parsed;
    return { kind, wakeReplies: wakeReplies === 1, next: toHead(looked) };
  }

  /**
   * Leaves the head where it is, with the attempts it has had by now. `notice` is said once for each
   * prompt.
   */
  async postpone(
    turn: Turn,
    prompt: Prompt,
    attempts: number,
    notice: Reply | undefined,
  ): Promise<{ kind: 'postponed'; wakeReplies: boolean } | { kind: 'lost' | 'stopped' }> {
    const nowMs = this.#clock.now();
    const answer = await postponeScript.run(
      this.#redis,
      [
        this.#keys.prompts(turn.conversation),
        conversationKey(this.#prefix, turn.conversation),
        this.#keys.replies(notice?.conversation ?? turn.conversation),
        this.#keys.waitingReplies,
      ],
      [
        turn.turnEpoch,
        word(prompt.id),
        attempts,
        notice === undefined ? '' : replyEntry(notice, nowMs),
        notice === undefined ? '' : `${notice.account} ${notice.conversation}`,
        nowMs,
      ],
    );
    const parsed = postponed.parse(answer);
    if (parsed[0] !== 'postponed') return { kind: parsed[0] };
    return { kind: 'postponed', wakeReplies: parsed[1] === 1 };
  }
}

const beginScript = loadScript('head', 'begin');
const settleScript = loadScript('head', 'release', 'settle');
const postponeScript = loadScript('head', 'postpone');

const looks = [z.string().nullable(), z.number(), z.number(), z.number(), z.number()] as const;
type Looked = [string | null, number, number, number, number];

const stored = z.tuple([z.array(z.string()), z.array(z.string()), z.array(z.string().nullable())]);
const begun = z.tuple([z.number(), ...looks, stored.optional()]);
const settled = z.union([
  z.tuple([z.enum(['lost', 'stopped'])]),
  z.tuple([z.literal('settled'), z.number(), ...looks]),
]);
const postponed = z.union([
  z.tuple([z.enum(['lost', 'stopped'])]),
  z.tuple([z.literal('postponed'), z.number()]),
]);

function toHead([raw, attempts, starts, stopped, closed]: Looked): Head | null {
  if (raw === null) return null;
  return { raw, attempts, starts, isStopped: stopped === 1, isGateClosed: closed === 1 };
}

function toKept([exchanges, summary, settings]: z.infer<typeof stored>): Kept {
  const fields = summary.flatMap((field, at) =>
    at % 2 === 0 ? [[field, summary[at + 1] ?? ''] as const] : [],
  );
  return { exchanges, summary: Object.fromEntries(fields), settings: parseSettings(settings) };
}

/** A number from outside as HINCRBY bears it: a script that fails half-way would settle half. */
function countOf(given = 0): number {
  return Math.min(Math.max(0, Math.round(given)), 1e12) || 0;
}
