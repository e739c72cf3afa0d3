import type { Redis } from 'ioredis';
import { z } from 'zod';

import { conversationKey, historyKey, summaryKey } from '../redis/keys.ts';
import type { Reply } from '../reply.ts';
import { replyEntry } from './entry.ts';
import { conversationLifetimeMs, seenLifetimeMs } from './lifetimes.ts';
import { QueueKeys } from './queue-keys.ts';
import { loadScript } from './scripts.ts';

export interface Renewal {
  /** The message that asks for it. */
  readonly id: string;
  readonly conversation: string;
  readonly reply: Reply;
  /** What else goes: keys, and fields of the conversation's hash. */
  readonly keys?: readonly string[];
  readonly fields?: readonly string[];
}

/** Begins a new history and deletes the old one, in one script; the reply turn is the caller's. */
export async function renew(
  parts: {
    readonly redis: Redis;
    readonly prefix: string;
    readonly nowMs: number;
    readonly historyLifetimeMs: number;
  },
  { id, conversation, reply, keys: more = [], fields = [] }: Renewal,
): Promise<'done' | 'known'> {
  const { redis, prefix, nowMs, historyLifetimeMs } = parts;
  const keys = new QueueKeys(prefix);
  const hash = conversationKey(prefix, conversation);
  for (;;) {
    const epoch = (await redis.hget(hash, 'history_epoch')) ?? '0';
    const answer = await resetScript.run(
      redis,
      [
        keys.seen(id),
        hash,
        historyKey(prefix, conversation, Number(epoch)),
        keys.replies(reply.conversation),
        keys.waitingReplies,
        keys.last(conversation),
        summaryKey(prefix, conversation, Number(epoch)),
        ...more,
      ],
      [
        epoch,
        conversationLifetimeMs(historyLifetimeMs),
        seenLifetimeMs,
        replyEntry(reply, nowMs),
        `${reply.account} ${reply.conversation}`,
        nowMs,
        ...fields,
      ],
    );
    const outcome = renewed.parse(answer);
    if (outcome !== 'moved') return outcome;
  }
}

const resetScript = loadScript('reset');
const renewed = z.enum(['done', 'known', 'moved']);
