import type { Redis } from 'ioredis';

/** How a primary is copied; `leastReplicas` is undefined where it refuses to say. */
export interface Replication {
  readonly replicas: number;
  /** `min-replicas-to-write`: with fewer it takes no writes. */
  readonly leastReplicas: number | undefined;
}

/** Asks the primary how many replicas follow it, and whether it goes on without them. */
export async function readReplication(redis: Redis): Promise<Replication> {
  const replicas = Number(/connected_slaves:(\d+)/.exec(await redis.info('replication'))?.[1] ?? 0);
  try {
    const pair = await redis.config('GET', 'min-replicas-to-write');
    const value = Array.isArray(pair) ? Number(pair[1]) : NaN;
    return { replicas, leastReplicas: Number.isInteger(value) ? value : undefined };
  } catch {
    return { replicas, leastReplicas: undefined };
  }
}
