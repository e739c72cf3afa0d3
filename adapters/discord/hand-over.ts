import type { Clock, Incoming, Intake, Received } from '#port';

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * Hands a message over until it is taken, since Discord does not send it again. Undefined when the
 * signal aborted or `untilMs` (wall clock) passed first. `incoming` is asked for again each time.
 */
export async function handOver(
  incoming: () => Promise<Incoming | undefined>,
  {
    intake,
    clock,
    untilMs = Number.POSITIVE_INFINITY,
    onFailure,
  }: {
    intake: Intake;
    clock: Clock;
    untilMs?: number;
    onFailure: (error: unknown, attempt: number) => void;
  },
  signal: AbortSignal,
): Promise<Received | undefined> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      const message = await incoming();
      return message === undefined ? 'ignored' : await intake.receive(message, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      onFailure(error, attempt);
    }
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1));
    if (clock.now() + pauseMs >= untilMs) return undefined;
    // Rejects only when the signal aborts, which ends the loop.
    await clock.sleep(pauseMs, signal).catch(() => undefined);
  }
  return undefined;
}
