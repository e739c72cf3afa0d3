import type { Redis } from 'ioredis';
import { z } from 'zod';

import type { Clock } from '../clock.ts';
import type { Prompt } from '../prompt.ts';
import { conversationKey } from '../redis/keys.ts';
import type { Reply } from '../reply.ts';
import type { Standing } from '../standing.ts';
import { type QueueDepth, readDepth } from './depth.ts';
import { replyEntry, word } from './entry.ts';
import type { FairUse, Unfair } from './fair-use.ts';
import { conversationLifetimeMs, seenLifetimeMs } from './lifetimes.ts';
import { QueueKeys } from './queue-keys.ts';
import { renew } from './renew.ts';
import { loadScript } from './scripts.ts';
import { takeIn } from './take-in.ts';
import type { TurnQueues } from './turn-queues.ts';
import { Waking } from './waking.ts';

/** What a `PromptQueue` is made of. */
export interface PromptQueueOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly turns: TurnQueues;
  readonly clock: Clock;
  /** Most prompts that may wait in one conversation, and in all together. */
  readonly limits: { readonly perConversation: number; readonly total: number };
  /** What people and chats may use; default: anything. */
  readonly fairUse?: FairUse;
  /** How long a conversation's history lives; its epochs have to outlive that. */
  readonly historyLifetimeMs: number;
}

/** Which prompts of a conversation are stopped: the head, a certain one, or all of an author. */
export type Stopping =
  | { readonly kind: 'head' }
  | { readonly kind: 'prompt'; readonly prompt: string }
  | { readonly kind: 'author'; readonly author: string };

/** What is said to who stops: that something was stopped, or that there was nothing. */
export interface StopWords {
  readonly stopped: Reply;
  readonly nothing: Reply;
}

/**
 * Where a bridge puts what it hears. Each method is one script: the message's id becomes known, and
 * whatever it leads to is in Redis, or neither. Each takes the same id any number of times.
 */
export class PromptQueue {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #keys: QueueKeys;
  readonly #turns: TurnQueues;
  readonly #clock: Clock;
  readonly #waking: Waking;
  readonly #limits: PromptQueueOptions['limits'];
  readonly #fairUse: FairUse;
  readonly #historyLifetimeMs: number;
  readonly #lifetimeMs: number;

  constructor(options: PromptQueueOptions) {
    this.#redis = options.redis;
    this.#prefix = options.prefix;
    this.#keys = new QueueKeys(options.prefix);
    this.#turns = options.turns;
    this.#clock = options.clock;
    const { turns, clock } = options;
    this.#waking = new Waking(async (conversation) => turns.wakePrompts(conversation), clock);
    this.#limits = options.limits;
    this.#fairUse = options.fairUse ?? {};
    this.#historyLifetimeMs = options.historyLifetimeMs;
    this.#lifetimeMs = conversationLifetimeMs(options.historyLifetimeMs);
  }

  /**
   * Stores a prompt and sees to its turn, or, when too many wait, answers with `words.busy`, in a group
   * once a minute (`hushed`: that was said). While the gate is closed its author, or the group, is
   * told `words.waiting`, once for each incident. Nothing is changed or said when what is fair has
   * been used up, nor when its author's standing is none of `welcome` (`unwelcome`), if that is given.
   */
  async enqueue(
    prompt: Prompt,
    words: { readonly busy: string; readonly waiting: string },
    welcome?: readonly Standing[],
  ): Promise<'queued' | 'known' | 'full' | 'hushed' | 'unwelcome' | Unfair> {
    const outcome = await this.#take(prompt, words, nothingReplaced, welcome);
    if (outcome === 'moved') throw new Error('a prompt that replaces nothing cannot come too late');
    return outcome;
  }

  /**
   * Like `enqueue`; the exchange goes as the prompt comes. `moved`: it is not the newest of its
   * history any more, and nothing was changed.
   */
  async replace(
    prompt: Prompt,
    words: { readonly busy: string; readonly waiting: string },
    replacing: { readonly exchange: string; readonly historyEpoch: string },
  ): Promise<'queued' | 'known' | 'full' | 'hushed' | 'moved' | Unfair> {
    const outcome = await this.#take(prompt, words, replacing);
    if (outcome === 'unwelcome') throw new Error('nobody was to be unwelcome');
    return outcome;
  }

  async #take(
    prompt: Prompt,
    words: { readonly busy: string; readonly waiting: string },
    replacing: { readonly exchange: string; readonly historyEpoch: string },
    welcome?: readonly Standing[],
  ): Promise<'queued' | 'known' | 'full' | 'hushed' | 'moved' | 'unwelcome' | Unfair> {
    const { conversation, account } = prompt;
    const wake = this.#waking.of(conversation, welcome === undefined);
    const taken = await takeIn(
      {
        redis: this.#redis,
        prefix: this.#prefix,
        nowMs: this.#clock.now(),
        limits: this.#limits,
        fairUse: this.#fairUse,
        welcome,
      },
      prompt,
      words,
      replacing,
      // A turn that finds nothing, because nothing was stored, does no harm.
      async () => wake.beside(),
    );
    if (taken.kind !== 'in') {
      wake.refused(taken.why === 'unwelcome' ? 'unwelcome' : 'other');
      return taken.why;
    }
    await wake.stored(taken.prompts);
    if (taken.replies > 0) await this.#turns.wakeReplies(account, conversation);
    return taken.outcome;
  }

  /** Answers the message `id` with `reply`: help, an unknown command, a refusal. */
  async say(id: string, reply: Reply): Promise<'done' | 'known'> {
    const outcome = await this.sayOnce(id, reply, { what: '', forMs: 0 });
    return outcome === 'hushed' ? 'done' : outcome;
  }

  /** The same, unless the same was said less than `forMs` ago: then nothing (`hushed`). */
  async sayOnce(
    id: string,
    reply: Reply,
    { what, forMs }: { readonly what: string; readonly forMs: number },
  ): Promise<'done' | 'known' | 'hushed'> {
    const answer = await sayScript.runThen(
      this.#redis,
      [
        this.#keys.seen(id),
        this.#keys.replies(reply.conversation),
        this.#keys.waitingReplies,
        this.#keys.once(what),
      ],
      [seenLifetimeMs, ...this.#pushed(reply), forMs],
      async () => this.#turns.wakeReplies(reply.account, reply.conversation),
    );
    return said.parse(answer);
  }

  /** Begins a new history for the conversation and deletes the old one. */
  async reset(id: string, conversation: string, reply: Reply): Promise<'done' | 'known'> {
    const outcome = await renew(
      {
        redis: this.#redis,
        prefix: this.#prefix,
        nowMs: this.#clock.now(),
        historyLifetimeMs: this.#historyLifetimeMs,
      },
      { id, conversation, reply },
    );
    await this.#turns.wakeReplies(reply.account, reply.conversation);
    return outcome;
  }

  /** Stops what is asked for, running or not, and says whether there was something, unless `say` is null. */
  async stop(
    id: string,
    conversation: string,
    which: Stopping,
    say: StopWords | null,
  ): Promise<'stopped' | 'nothing' | 'known'> {
    const nowMs = this.#clock.now();
    const entry = (reply: Reply | undefined) =>
      reply === undefined ? '' : replyEntry(reply, nowMs);
    const place = say?.nothing;
    const answer = await stopScript.run(
      this.#redis,
      [
        this.#keys.seen(id),
        this.#keys.prompts(conversation),
        conversationKey(this.#prefix, conversation),
        this.#keys.replies(place?.conversation ?? conversation),
        this.#keys.waitingReplies,
      ],
      [
        seenLifetimeMs,
        which.kind,
        whose(which),
        entry(say?.stopped),
        entry(say?.nothing),
        place === undefined ? '' : `${place.account} ${place.conversation}`,
        nowMs,
        this.#keys.control,
        this.#lifetimeMs,
      ],
    );
    const outcome = stopped.parse(answer);
    if (place !== undefined) await this.#turns.wakeReplies(place.account, place.conversation);
    if (outcome !== 'nothing') {
      // The mark is read by a turn, which may be waiting for a retry, or not be there: the gate.
      await this.#turns.wakePrompts(conversation);
      await this.#turns.hastenPrompts(conversation);
    }
    return outcome;
  }

  /**
   * Gives the prompt that waits at `address` another text, or drops it (null). `left`: none waits
   * there any more, or it has begun.
   */
  async amend(
    conversation: string,
    address: string,
    text: string | null,
  ): Promise<'changed' | 'dropped' | 'left'> {
    const answer = await amendScript.run(
      this.#redis,
      [
        this.#keys.prompts(conversation),
        conversationKey(this.#prefix, conversation),
        this.#keys.waitingPrompts,
        this.#keys.promptCount,
      ],
      [
        address,
        text === null ? 'drop' : 'change',
        text ?? '',
        conversation,
        this.#keys.reservedRoot,
      ],
    );
    return amended.parse(answer);
  }

  async depth(): Promise<QueueDepth> {
    return readDepth(this.#redis, this.#keys);
  }

  #pushed(reply: Reply): [string, string, number] {
    const nowMs = this.#clock.now();
    return [replyEntry(reply, nowMs), `${reply.account} ${reply.conversation}`, nowMs];
  }
}

const sayScript = loadScript('say');
const stopScript = loadScript('stop');
const amendScript = loadScript('release', 'amend');

const nothingReplaced = { exchange: '', historyEpoch: '0' };
const said = z.enum(['done', 'known', 'hushed']);
const amended = z.enum(['changed', 'dropped', 'left']);
const stopped = z.enum(['stopped', 'nothing', 'known']);

function whose(which: Stopping): string {
  switch (which.kind) {
    case 'head':
      return '';
    case 'prompt':
      return word(which.prompt);
    case 'author':
      return which.author;
  }
}
