import type { Redis } from 'ioredis';
import { z } from 'zod';

import { QueueKeys } from './queue-keys.ts';
import { loadScript } from './scripts.ts';

/**
 * Gives the turns that another process had under way back to the first worker that starts, instead
 * of after its locks have run out. Only right where no other process may act on the queue.
 * Returns how many there were.
 */
export async function reclaimTurns(redis: Redis, prefix: string, queue: string): Promise<number> {
  const root = `${new QueueKeys(prefix).bullmq}:${queue}`;
  const keys = [`${root}:active`, `${root}:stalled`, `${root}:stalled-check`];
  return z.number().parse(await reclaim.run(redis, keys, [root]));
}

const reclaim = loadScript('reclaim');
