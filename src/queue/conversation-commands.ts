import type { Redis } from 'ioredis';
import { z } from 'zod';

import type { Clock } from '../clock.ts';
import {
  type ConversationSettings,
  parseSettings,
  settingFields,
} from '../conversation-settings.ts';
import type { Prompt } from '../prompt.ts';
import { conversationKey, historyKey, summaryKey, usageKey } from '../redis/keys.ts';
import type { Reply } from '../reply.ts';
import { parsePromptEntry, replyEntry } from './entry.ts';
import { chatScope, dayOf, type FairUse, type Unfair } from './fair-use.ts';
import { conversationLifetimeMs, seenLifetimeMs } from './lifetimes.ts';
import type { PromptQueue } from './prompt-queue.ts';
import { QueueKeys } from './queue-keys.ts';
import { renew } from './renew.ts';
import { loadScript } from './scripts.ts';
import type { TurnQueues } from './turn-queues.ts';

export interface ConversationCommandsOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly queue: PromptQueue;
  readonly turns: TurnQueues;
  readonly clock: Clock;
  readonly historyLifetimeMs: number;
  /** A day's usage that is reckoned against a budget may not be deleted before its end. */
  readonly fairUse: FairUse;
}

/** Who asks again, and by which message; what is asked comes from the prompt before. */
export interface Again extends Pick<
  Prompt,
  'id' | 'conversation' | 'account' | 'author' | 'receivedAtMs' | 'trace'
> {
  /** Where to answer; where it was asked, unless given. */
  readonly address?: string | undefined;
  /** Only if this prompt is the last one. */
  readonly only?: string | undefined;
}

/** What commands do to a conversation; each once for the message it came in, as in `PromptQueue`. */
export class ConversationCommands {
  readonly #options: ConversationCommandsOptions;
  readonly #keys: QueueKeys;

  constructor(options: ConversationCommandsOptions) {
    this.#options = options;
    this.#keys = new QueueKeys(options.prefix);
  }

  /** What was chosen for the conversation. */
  async settings(conversation: string): Promise<ConversationSettings> {
    const { redis, prefix } = this.#options;
    return parseSettings(
      await redis.hmget(conversationKey(prefix, conversation), ...settingFields),
    );
  }

  /** Chooses; `null` goes back to what is configured. */
  async change(
    id: string,
    conversation: string,
    changes: { readonly [Field in keyof ConversationSettings]?: string | null },
    reply: Reply,
  ): Promise<'done' | 'known'> {
    const { redis, prefix, historyLifetimeMs } = this.#options;
    const pairs = Object.entries(changes).flatMap(([field, value]) => [field, value ?? '']);
    const lifetimeMs = conversationLifetimeMs(historyLifetimeMs);
    const answer = await changeScript.run(
      redis,
      [this.#keys.seen(id), conversationKey(prefix, conversation), ...this.#repliesKeys(reply)],
      [seenLifetimeMs, lifetimeMs, ...this.#pushed(reply), ...pairs],
    );
    return this.#said(reply, done.parse(answer));
  }

  /** Takes the newest exchange out of the history, and says which, or that there is none. */
  async undo(
    id: string,
    conversation: string,
    say: { readonly undone: (prompt: string) => Reply; readonly nothing: Reply },
  ): Promise<'done' | 'known'> {
    const { redis, prefix } = this.#options;
    for (;;) {
      const newest = await this.#newest(conversation);
      const prompt = asked.safeParse(newest.value).data?.prompt;
      const reply = newest.exchange === '' ? say.nothing : say.undone(prompt ?? '');
      const answer = await undoScript.run(
        redis,
        [
          this.#keys.seen(id),
          conversationKey(prefix, conversation),
          historyKey(prefix, conversation, Number(newest.historyEpoch)),
          ...this.#repliesKeys(reply),
          summaryKey(prefix, conversation, Number(newest.historyEpoch)),
        ],
        [newest.historyEpoch, newest.exchange, seenLifetimeMs, ...this.#pushed(reply)],
      );
      const outcome = undone.parse(answer);
      if (outcome !== 'moved') return this.#said(reply, outcome);
    }
  }

  /**
   * Asks the conversation's last prompt again, in place of the answer it had, if it had one. `none`:
   * there is no last prompt, and nothing was said.
   */
  async retry(
    again: Again,
    words: { readonly busy: string; readonly waiting: string },
  ): Promise<'queued' | 'known' | 'full' | 'hushed' | 'none' | Unfair> {
    const { redis, queue } = this.#options;
    const raw = await redis.get(this.#keys.last(again.conversation));
    const entry = raw === null ? null : parsePromptEntry(raw);
    if (entry?.kind !== 'whole') return 'none';
    const last = entry.prompt;
    if (again.only !== undefined && again.only !== last.id) return 'none';
    const { id, conversation, account, address = last.address, receivedAtMs, trace } = again;
    // Grok is told who said it first; the rest counts against who asks now.
    const author = { ...again.author, name: last.author.name };
    const place = { conversation, account, address };
    const prompt: Prompt = { ...last, ...place, id, author, receivedAtMs, trace };
    for (;;) {
      const newest = await this.#newest(again.conversation);
      const isItsAnswer = asked.safeParse(newest.value).data?.atMs === last.receivedAtMs;
      const replacing = isItsAnswer ? newest : { exchange: '', historyEpoch: '0' };
      const outcome = await queue.replace(prompt, words, replacing);
      if (outcome !== 'moved') return outcome;
    }
  }

  /**
   * Deletes what is kept of the conversation: history, last prompt, settings, prompts that nobody
   * could work on; and what it and `person` used, but not what today's budget is reckoned by.
   */
  async forget(
    id: string,
    conversation: string,
    person: string,
    reply: Reply,
  ): Promise<'done' | 'known'> {
    const { redis, prefix, clock, historyLifetimeMs, fairUse } = this.#options;
    const nowMs = clock.now();
    const used = [
      { scope: person, share: fairUse.person },
      { scope: chatScope(conversation), share: fairUse.chat },
    ];
    const keys = used.flatMap(({ scope, share }) => {
      const days = share?.budgetUsdPerDay === undefined ? [0, 1, 2] : [1, 2];
      return days.map((ago) => usageKey(prefix, dayOf(nowMs - ago * dayMs), scope));
    });
    await this.#forgetDeadLetters(conversation);
    const outcome = await renew(
      { redis, prefix, nowMs, historyLifetimeMs },
      { id, conversation, reply, keys, fields: settingFields },
    );
    return this.#said(reply, outcome);
  }

  async #forgetDeadLetters(conversation: string): Promise<void> {
    const { redis } = this.#options;
    // A letter holds the entry, which is JSON, as a string of its own JSON.
    const inside = JSON.stringify({ conversation }).slice(1, -1);
    const mark = JSON.stringify(inside).slice(1, -1);
    for (const letter of await redis.lrange(this.#keys.deadLetters, 0, -1)) {
      if (letter.includes(mark)) await redis.lrem(this.#keys.deadLetters, 0, letter);
    }
  }

  /** The newest exchange of the present history as it is stored; '': there is none. */
  async #newest(
    conversation: string,
  ): Promise<{ exchange: string; historyEpoch: string; value: unknown }> {
    const { redis, prefix } = this.#options;
    const hash = conversationKey(prefix, conversation);
    const historyEpoch = (await redis.hget(hash, 'history_epoch')) ?? '0';
    const key = historyKey(prefix, conversation, Number(historyEpoch));
    const exchange = (await redis.lindex(key, -1)) ?? '';
    return { exchange, historyEpoch, value: parseJson(exchange) };
  }

  async #said<Outcome>(reply: Reply, outcome: Outcome): Promise<Outcome> {
    await this.#options.turns.wakeReplies(reply.account, reply.conversation);
    return outcome;
  }

  #repliesKeys(reply: Reply): [string, string] {
    return [this.#keys.replies(reply.conversation), this.#keys.waitingReplies];
  }

  #pushed(reply: Reply): [string, string, number] {
    const nowMs = this.#options.clock.now();
    return [replyEntry(reply, nowMs), `${reply.account} ${reply.conversation}`, nowMs];
  }
}

const changeScript = loadScript('change');
const undoScript = loadScript('take-newest', 'undo');

const dayMs = 24 * 60 * 60_000;

const done = z.enum(['done', 'known']);
const undone = z.enum(['done', 'known', 'moved']);

/** Of an exchange, what tells which prompt it answers. */
const asked = z.object({ prompt: z.string(), atMs: z.number() });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
