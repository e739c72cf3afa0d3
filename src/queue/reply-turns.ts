import type { Telemetry } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

import type { Clock } from '../clock.ts';
import { isBridgeError } from '../errors.ts';
import { forPrompt } from '../prompt-at-hand.ts';
import type { Reply } from '../reply.ts';
import { parseReplyEntry, word } from './entry.ts';
import { GuardedWorker, type Hold, type TurnEnd } from './guarded-worker.ts';
import { untilTaken } from './last-replies.ts';
import { repliesQueue } from './queue-keys.ts';
import { type Popping, type ReplyHead, ReplyList, type ReplyTurn } from './reply-list.ts';
import type { TurnQueues } from './turn-queues.ts';

/** What the one who delivers may know. */
export interface Delivering {
  /** Whether this still is the process that may write. Asked before every write to a platform. */
  mayAct(): boolean;
  /** Another process began this reply, or posted under its anchor, before this one. */
  readonly takenOver: boolean;
  /** When the reply was looked at, nothing had been noted under its anchor. */
  readonly isUntouched: boolean;
}

/**
 * Shows a reply. `later` leaves it where it is, and everything of its conversation behind it; other
 * conversations go on. The signal aborts with `LEASE_LOST`. What it throws is taken for a fault: the
 * reply is tried again, and in the end kept aside.
 */
export type Deliver = (
  reply: Reply,
  delivering: Delivering,
  signal: AbortSignal,
) => Promise<Delivered>;

/** What became of a delivery. */
export type Delivered =
  | { readonly kind: 'delivered' }
  | { readonly kind: 'later'; readonly afterMs: number };

/** Told of what became of replies, to count it. */
export interface ReplyMetrics {
  /** `tookMs` since the bridge took the prompt in. */
  delivered(reply: Reply, tookMs: number): void;
  deadLettered(reply: Reply | null): void;
}

/** What `ReplyTurns` is made of. */
export interface ReplyTurnsOptions {
  /** With `maxRetriesPerRequest: null`. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly account: string;
  /** Names this process for as long as it lives; the same as the receipts' `holder`. */
  readonly holder: string;
  readonly turns: TurnQueues;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: ReplyMetrics;
  readonly deliver: Deliver;
  /** How many conversations are delivered to side by side. */
  readonly concurrency: number;
  readonly historyLifetimeMs: number;
  readonly telemetry?: Telemetry | undefined;
  /** Changed by tests only. */
  readonly tuning?: Partial<ReplyTuning>;
}

/** Times and limits of reply turns. */
export interface ReplyTuning {
  readonly lockMs: number;
  readonly repliesPerTurn: number;
  /** Waits after a delivery threw; one more time, and the reply is given up. */
  readonly faultDelaysMs: readonly number[];
}

const usual: ReplyTuning = {
  lockMs: 5000,
  repliesPerTurn: 8,
  faultDelaysMs: [1000, 2000, 4000, 8000, 16_000, 32_000, 60_000],
};

/** How long a bridge that ends stays for answers that were settled just before. */
const mostLeftMs = 1000;

/** Delivers an account's replies, in order for each conversation, until it is closed. */
export class ReplyTurns implements AsyncDisposable {
  readonly #options: ReplyTurnsOptions;
  readonly #tuning: ReplyTuning;
  readonly #list: ReplyList;
  readonly #worker: GuardedWorker;

  constructor(options: ReplyTurnsOptions) {
    this.#options = options;
    this.#tuning = { ...usual, ...options.tuning };
    this.#list = new ReplyList(options);
    this.#worker = new GuardedWorker({
      ...options,
      queue: repliesQueue(options.account),
      lockMs: this.#tuning.lockMs,
      turn: async (conversation, hold) => this.#run(conversation, hold),
    });
  }

  /** Resolves once turns are taken. */
  async ready(): Promise<void> {
    await this.#worker.ready();
  }

  /**
   * Delivers what waits already, if that can be done at once, begins nothing more, lets deliveries end
   * for `graceMs`, then hands the rest back.
   */
  async close(graceMs: number): Promise<void> {
    const { redis, prefix, account, clock } = this.#options;
    await untilTaken({ redis, prefix, account, clock }, Math.min(graceMs, mostLeftMs));
    await this.#worker.close(graceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0);
  }

  async #run(conversation: string, hold: Hold): Promise<TurnEnd> {
    const begun = await this.#list.begin(conversation);
    if (begun === null) return { kind: 'done' };
    const { turn } = begun;
    let head: ReplyHead | null = begun.head;
    while (head !== null) {
      if (turn.popped >= this.#tuning.repliesPerTurn || hold.isEnding()) {
        await this.#options.turns.wakeReplies(this.#options.account, conversation);
        return { kind: 'done' };
      }
      const step = await this.#step(turn, head, hold);
      if (step.kind !== 'next') return step;
      head = step.head;
    }
    return { kind: 'done' };
  }

  async #step(turn: ReplyTurn, head: ReplyHead, hold: Hold): Promise<Step> {
    const entry = parseReplyEntry(head.raw);
    switch (entry.kind) {
      case 'newer':
        return this.#leave(entry.word, { v: entry.v });
      case 'broken':
        return this.#giveUp(turn, head, entry.word, null, entry.why);
      case 'whole':
        return forPrompt(entry.reply.prompt, async () =>
          this.#deliver(turn, head, entry.reply, hold),
        );
    }
  }

  /** It stays at the head of its list, for a bridge that can read it or what was noted of it. */
  #leave(reply: string, why: unknown): Step {
    this.#options.log.error(
      { reply, why, code: 'RECORD_NEWER' },
      'reply was written by a newer version, left for a newer bridge',
    );
    return { kind: 'done' };
  }

  async #deliver(turn: ReplyTurn, head: ReplyHead, reply: Reply, hold: Hold): Promise<Step> {
    const { deliver, clock, metrics, log } = this.#options;
    const { takenOver, isUntouched } = head;
    const delivering = { mayAct: () => hold.mayAct(), takenOver, isUntouched };
    let delivered: Delivered | 'gone';
    try {
      delivered = await Promise.race([deliver(reply, delivering, hold.signal), gone(hold.signal)]);
    } catch (error) {
      if (isBridgeError(error, 'RECORD_NEWER')) return this.#leave(reply.id, error);
      if (hold.signal.aborted || isBridgeError(error, 'LEASE_LOST')) return { kind: 'hand-back' };
      return this.#fault(turn, head, reply, error);
    }
    if (delivered === 'gone') return { kind: 'hand-back' };
    if (delivered.kind === 'later') return { kind: 'delay', afterMs: delivered.afterMs };
    // It is shown: popping it is right even after a lapse, as long as nobody has begun it anew.
    const step = await this.#pop(turn, word(reply.id), reply.final ? { ends: reply.anchor } : {});
    if (step.kind === 'next') {
      const tookMs = clock.now() - reply.receivedAtMs;
      metrics.delivered(reply, tookMs);
      log.info({ prompt: reply.prompt, reply: reply.id, tookMs }, 'reply delivered');
    }
    return step;
  }

  async #fault(turn: ReplyTurn, head: ReplyHead, reply: Reply, error: unknown): Promise<Step> {
    const attempts = head.attempts + 1;
    const afterMs = this.#tuning.faultDelaysMs[attempts - 1];
    const facts = { err: error, prompt: reply.prompt, reply: reply.id, attempt: attempts };
    this.#options.log.error(facts, 'delivery failed');
    if (afterMs === undefined) {
      return this.#giveUp(turn, head, word(reply.id), reply, `${attempts} deliveries failed`);
    }
    await this.#list.failed(turn, word(reply.id), attempts);
    return { kind: 'delay', afterMs };
  }

  async #giveUp(
    turn: ReplyTurn,
    head: ReplyHead,
    id: string,
    reply: Reply | null,
    why: string,
  ): Promise<Step> {
    const { log, metrics, clock } = this.#options;
    log.error({ prompt: reply?.prompt, reply: id, why }, 'reply given up, kept as a dead letter');
    metrics.deadLettered(reply);
    const letter = { v: 1, list: 'replies', why, atMs: clock.now(), raw: head.raw };
    return this.#pop(turn, id, { deadLetter: JSON.stringify(letter) });
  }

  async #pop(turn: ReplyTurn, id: string, how: Popping): Promise<Step> {
    const popped = await this.#list.pop(turn, id, how);
    if (popped.kind === 'popped') return { kind: 'next', head: popped.next };
    this.#options.log.warn({ reply: id }, 'another bridge has taken the turn, nothing was popped');
    return { kind: 'done' };
  }
}

type Step = { readonly kind: 'next'; readonly head: ReplyHead | null } | TurnEnd;

/** Resolves when the turn is not ours any more: a delivery that does not listen is not waited for. */
async function gone(signal: AbortSignal): Promise<'gone'> {
  const { promise, resolve } = Promise.withResolvers<'gone'>();
  if (signal.aborted) return 'gone';
  signal.addEventListener('abort', () => resolve('gone'), { once: true });
  return promise;
}
