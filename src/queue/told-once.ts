import type { Redis } from 'ioredis';

import { QueueKeys } from './queue-keys.ts';

const dayMs = 24 * 60 * 60_000;

/** Whether something is to be said by this prompt, for no other one has said it within a day. */
export type TellOnce = (what: string, prompt: string) => Promise<boolean>;

/** The same answer for the same prompt: another attempt at it says it again, as nobody has read it. */
export function tellOnce(redis: Redis, prefix: string): TellOnce {
  const keys = new QueueKeys(prefix);
  return async (what, prompt) => {
    const key = keys.once(what);
    if ((await redis.set(key, prompt, 'PX', dayMs, 'NX')) !== null) return true;
    return (await redis.get(key)) === prompt;
  };
}
