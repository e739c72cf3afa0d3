import type { Redis } from 'ioredis';

import type { Clock } from '../clock.ts';
import { QueueKeys } from './queue-keys.ts';

/** With more than that there is a backlog, which is the next bridge's. */
const most = 1000;
const pollMs = 10;

/**
 * Resolves once the replies that wait for an account at this moment have been delivered, and after
 * `mostMs` whatever becomes of them: some have to wait for their platform, or Redis may be away. A
 * bridge that ended as soon as its last answers are settled would leave them to its successor, which
 * may be long in coming. Never rejects.
 */
export async function untilTaken(
  {
    redis,
    prefix,
    account,
    clock,
  }: {
    readonly redis: Redis;
    readonly prefix: string;
    readonly account: string;
    readonly clock: Clock;
  },
  mostMs: number,
): Promise<void> {
  if (mostMs <= 0) return;
  const { waitingReplies } = new QueueKeys(prefix);
  const over = new AbortController();
  const waiting = async () => {
    const all = await redis.zrange(waitingReplies, 0, String(most));
    return all.length > most ? [] : all.filter((member) => member.startsWith(`${account} `));
  };
  const taken = async () => {
    let left = await waiting();
    while (left.length > 0 && !over.signal.aborted) {
      await clock.sleep(pollMs);
      const still = new Set(await waiting());
      left = left.filter((member) => still.has(member));
    }
  };
  const late = clock.sleep(mostMs, over.signal);
  await Promise.race([taken(), late]).catch(() => undefined);
  over.abort();
  await late.catch(() => undefined);
}
