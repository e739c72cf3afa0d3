import type { Clock } from '../clock.ts';
import { isBridgeError } from '../errors.ts';
import type { Logger } from '../log.ts';

const firstPauseMs = 500;
const longestPauseMs = 8_000;

/**
 * Connects to a platform, and tries again while it cannot be reached and `forMs` have not passed: one
 * 429 or a network that comes up late ends no process.
 * @throws {BridgeError} what the last try said; a token that is refused, and the like, at once
 */
export async function reachPlatform(
  connect: (signal: AbortSignal) => Promise<void>,
  { clock, log, forMs }: { readonly clock: Clock; readonly log: Logger; readonly forMs: number },
  signal: AbortSignal,
): Promise<void> {
  const beganAtMs = clock.monotonic();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    try {
      return await connect(signal);
    } catch (error) {
      if (!isBridgeError(error, 'PLATFORM_UNREACHABLE')) throw error;
      const waitMs = Math.max(pauseMs, error.retryAfterMs ?? 0);
      if (clock.monotonic() - beganAtMs + waitMs >= forMs) throw error;
      log.warn({ err: error, afterMs: waitMs }, 'platform cannot be reached, trying again');
      await clock.sleep(waitMs, signal);
    }
  }
}
