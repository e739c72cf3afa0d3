import type { Clock } from '../clock.ts';

/** After the hand-back nothing remains but calls to Redis. */
const closeMs = 2_000;

/**
 * Waits for a BullMQ worker to close, but not for long; whether it did. BullMQ does not come to the
 * end of a close during which Redis is away, not even once Redis is back: then what it still holds
 * may act no more, and it is left behind.
 */
export async function letGo(closed: Promise<void>, clock: Clock): Promise<boolean> {
  const done = new AbortController();
  const late = clock.sleep(closeMs, done.signal).then(
    () => false,
    () => true,
  );
  try {
    return await Promise.race([closed.then(() => true), late]);
  } finally {
    done.abort();
    closed.catch(() => undefined);
  }
}
