import type { Redis } from 'ioredis';

/**
 * Waits until what this connection wrote last would survive the server: acknowledged by a replica
 * where there are any, by the append-only file where Redis can say so (7.2). False when it could
 * not be had; true, too, where a server cannot tell.
 */
export async function isDurable(redis: Redis): Promise<boolean> {
  const info = await infoOf(redis);
  const replicas = Number(/connected_slaves:(\d+)/.exec(info)?.[1] ?? 0);
  const [major = 0, minor = 0] = (/redis_version:([\d.]+)/.exec(info)?.[1] ?? '')
    .split('.')
    .map(Number);
  if (replicas > 0 && Number(await redis.call('WAIT', '1', '100')) < 1) return false;
  const tells = major > 7 || (major === 7 && minor >= 2);
  if (!tells || !info.includes('aof_enabled:1')) return true;
  const [local] = [await redis.call('WAITAOF', '1', '0', '1500')].flat();
  return Number(local) >= 1;
}

/** The id of this run of the server, another after each restart or failover; '' where it does not say. */
export async function runOf(redis: Redis): Promise<string> {
  return /run_id:(\w+)/.exec(await infoOf(redis))?.[1] ?? '';
}

async function infoOf(redis: Redis): Promise<string> {
  try {
    return await redis.info();
  } catch (error) {
    // A stand-in or a managed server that does not know INFO: it cannot tell.
    if (error instanceof Error && error.name === 'ReplyError') return '';
    throw error;
  }
}
