import type { Redis } from 'ioredis';

/** Runs `work`; what it throws tells the history of the credential that is kept under `key`, too. */
export async function withHistory(
  redis: Redis,
  key: string,
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (cause) {
    const entries = await redis.xrange(key, '-', '+');
    const history = entries.map(([, fields]) => fields.join(' ')).join('\n');
    throw new Error(`${String(cause)}; its history:\n${history}`, { cause });
  }
}
