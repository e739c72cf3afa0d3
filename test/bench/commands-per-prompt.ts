import type { Redis } from 'ioredis';

/** Counts what clients ask of Redis while `work` runs, by command; what scripts call inside is not counted. */
export async function countCommands(
  redis: Redis,
  work: () => Promise<void>,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const monitor = await redis.monitor();
  monitor.on('monitor', (_time: string, words: string[], source: string) => {
    const name = words[0]?.toLowerCase() ?? '';
    if (source !== 'lua') counts.set(name, (counts.get(name) ?? 0) + 1);
  });
  try {
    await work();
  } finally {
    monitor.disconnect();
  }
  return counts;
}
