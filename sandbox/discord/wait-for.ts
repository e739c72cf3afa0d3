import type { Happenings } from './happenings.ts';

export interface WaitOptions {
  /** Default 5 s. */
  readonly timeoutMs?: number;
  /** What is waited for, for the error. */
  readonly what?: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Resolves with the first thing that `find` finds, looking now and after each happening.
 * @throws {Error} with `picture()` when the time is over, or the signal's reason
 */
export async function waitFor<T>(
  happenings: Happenings,
  find: () => T | undefined | null | false,
  picture: () => string,
  { timeoutMs = 5_000, what = 'what the test waits for', signal }: WaitOptions,
): Promise<T> {
  signal?.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const look = () => {
    try {
      const found = find();
      if (found !== undefined && found !== null && found !== false) resolve(found);
    } catch (error) {
      reject(error);
    }
  };
  const timer = setTimeout(() => {
    reject(new Error(`Waited ${timeoutMs} ms in vain for ${what}.\n${picture()}`));
  }, timeoutMs);
  const abort = () => reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  const stop = happenings.listen(look);
  look();
  try {
    return await promise;
  } finally {
    stop();
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  }
}
