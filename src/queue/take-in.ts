import type { Redis } from 'ioredis';
import { z } from 'zod';

import { isInGroup, type Prompt } from '../prompt.ts';
import {
  conversationKey,
  gateKey,
  historyKey,
  standingKeys,
  summaryKey,
  usageKey,
} from '../redis/keys.ts';
import { replyTo } from '../reply.ts';
import type { Standing } from '../standing.ts';
import { replyEntry, word } from './entry.ts';
import {
  dayNumberOf,
  dayOf,
  type FairUse,
  fairUseArguments,
  isLimited,
  scopeKinds,
  scopesOf,
  untilTomorrowMs,
  type Unfair,
} from './fair-use.ts';
import { busyLifetimeMs, reservedLifetimeMs, seenLifetimeMs, toldLifetimeMs } from './lifetimes.ts';
import { QueueKeys } from './queue-keys.ts';
import { loadScript } from './scripts.ts';
import { toldAs } from './told-as.ts';

export interface TakeInParts {
  readonly redis: Redis;
  readonly prefix: string;
  readonly nowMs: number;
  readonly limits: { readonly perConversation: number; readonly total: number };
  readonly fairUse: FairUse;
  /** With which standings its author may talk; absent: that was decided. */
  readonly welcome?: readonly Standing[] | undefined;
}

/**
 * `in`: something is in Redis. `prompts`: how many there wait with what was stored or known before, 0
 * where nothing of the kind was; `replies`: so many, at least, now wait for a turn.
 */
export type TakenIn =
  | {
      readonly kind: 'in';
      readonly outcome: 'queued' | 'known' | 'full' | 'hushed';
      readonly prompts: number;
      readonly replies: number;
    }
  | { readonly kind: 'out'; readonly why: 'moved' | 'unwelcome' | Unfair };

/**
 * Runs `enqueue.lua`: limits, reservation and the prompt itself in one step. `wake` adds the turn and
 * follows it, see `Script.runThen`.
 */
export async function takeIn(
  { redis, prefix, nowMs, limits, fairUse, welcome }: TakeInParts,
  prompt: Prompt,
  words: { readonly busy: string; readonly waiting: string },
  replacing: { readonly exchange: string; readonly historyEpoch: string },
  wake: () => Promise<unknown>,
): Promise<TakenIn> {
  const { conversation, account, receivedAtMs } = prompt;
  const keys = new QueueKeys(prefix);
  const busy = replyTo(prompt, { kind: 'words', final: true, text: words.busy });
  const id = `${prompt.id}.waiting`;
  const waiting = replyTo(prompt, { id, kind: 'words', final: false, text: words.waiting });
  // What is reserved counts on the day it came and on the next, should it still be under way.
  const askedOn = dayNumberOf(receivedAtMs);
  const scopeKeys = (scope: string) => [
    keys.rate(scope),
    usageKey(prefix, dayOf(nowMs), scope),
    keys.reserved(scope, askedOn),
    keys.reserved(scope, askedOn - 1),
  ];
  const answer = await enqueueScript.runThen(
    redis,
    [
      keys.seen(prompt.id),
      keys.prompts(conversation),
      conversationKey(prefix, conversation),
      keys.waitingPrompts,
      keys.promptCount,
      gateKey(prefix),
      keys.told,
      keys.replies(conversation),
      keys.waitingReplies,
      historyKey(prefix, conversation, Number(replacing.historyEpoch)),
      keys.once(`busy:${prompt.chat ?? conversation}`),
      summaryKey(prefix, conversation, Number(replacing.historyEpoch)),
      ...standingKeys(prefix),
      ...(isLimited(fairUse) ? scopesOf(prompt).flatMap(scopeKeys) : []),
    ],
    [
      word(prompt.id),
      JSON.stringify(prompt),
      receivedAtMs,
      conversation,
      `${account} ${conversation}`,
      nowMs,
      limits.perConversation,
      limits.total,
      replyEntry(busy, nowMs),
      replyEntry(waiting, nowMs),
      toldAs(prompt),
      seenLifetimeMs,
      toldLifetimeMs,
      reservedLifetimeMs,
      replacing.exchange,
      replacing.historyEpoch,
      isInGroup(prompt) ? busyLifetimeMs : 0,
      prompt.author.id,
      // With a comma at each end, so that none at all lets nobody in.
      welcome === undefined ? '' : `,${welcome.join(',')},`,
      ...(isLimited(fairUse) ? fairUseArguments(fairUse) : []),
    ],
    wake,
  );
  const [outcome, first, second] = enqueued.parse(answer);
  switch (outcome) {
    case 'moved':
    case 'unwelcome':
      return { kind: 'out', why: outcome };
    case 'too-fast':
    case 'spent': {
      const afterMs = outcome === 'spent' ? untilTomorrowMs(nowMs) : first;
      return { kind: 'out', why: { kind: outcome, of: scopeKinds[second - 1] ?? 'all', afterMs } };
    }
    case 'queued':
    case 'known':
    case 'full':
    case 'hushed':
      return { kind: 'in', outcome, prompts: first, replies: second };
  }
}

const enqueueScript = loadScript(
  '../../redis/scripts/standing',
  'told',
  'fair-use',
  'take-newest',
  'enqueue',
);

const enqueued = z.tuple([
  z.enum(['queued', 'known', 'full', 'hushed', 'too-fast', 'spent', 'moved', 'unwelcome']),
  z.number(),
  z.number(),
]);
