import type { Clock, Incoming, Intake, Received } from '#port';

const firstPauseMs = 250;
const longestPauseMs = 10_000;

/**
 * Hands a message over until it is taken, since Discord does not send it again. Undefined when the
 * signal aborted or `untilMs` (wall clock) passed first. `incoming` is asked for again each time.
 */
export async function handOver(
  incoming: () => Promise<Incoming | undefined>,
  { intake, ...patience }: Patience & { readonly intake: Pick<Intake, 'receive'> },
  signal: AbortSignal,
): Promise<Received | undefined> {
  const offer = async () => {
    const message = await incoming();
    return message === undefined ? 'ignored' : intake.receive(message, signal);
  };
  return untilTaken(offer, patience, signal);
}

/** How long, and with what said of each failure, something is offered. */
export interface Patience {
  readonly clock: Clock;
  readonly untilMs?: number;
  readonly onFailure: (error: unknown, attempt: number) => void;
}

/** Repeats `offer`, ever more slowly, until it resolves. Undefined as for `handOver`. */
export async function untilTaken<T>(
  offer: () => Promise<T>,
  { clock, untilMs = Number.POSITIVE_INFINITY, onFailure }: Patience,
  signal: AbortSignal,
): Promise<T | undefined> {
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      return await offer();
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
