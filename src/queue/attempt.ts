import type { Clock } from '../clock.ts';
import { BridgeError, isBridgeError } from '../errors.ts';
import type { Hold } from './guarded-worker.ts';
import type { PromptHandler, PromptTurn, Settlement } from './prompt-handler.ts';
import type { StopSignals } from './stop-signals.ts';

export type Attempted =
  | { readonly kind: 'answered'; readonly settlement: Settlement }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** The turn is not ours any more; whatever the handler still does counts for nothing. */
  | { readonly kind: 'gone' };

export interface AttemptParts {
  readonly handle: PromptHandler;
  readonly stops: StopSignals;
  readonly clock: Clock;
  readonly deadlineMs: number;
  readonly tuning: { readonly windDownMs: number };
}

/**
 * Lets the handler answer, within the deadline, until somebody stops it or the turn is lost. Does
 * not wait for a handler that does not listen to its signal.
 */
export async function attempt(
  turn: PromptTurn,
  hold: Hold,
  parts: AttemptParts,
): Promise<Attempted> {
  const { prompt } = turn;
  const own = new AbortController();
  const signal = AbortSignal.any([hold.signal, own.signal]);
  using _watch = parts.stops.watch(prompt.id, () => {
    own.abort(new BridgeError('STOPPED', `prompt ${prompt.id} was stopped`));
  });
  const deadline = setTimeout(() => {
    const message = `prompt ${prompt.id} was not answered within ${parts.deadlineMs} ms`;
    own.abort(new BridgeError('DEADLINE_PASSED', message));
  }, parts.deadlineMs);
  const over = new AbortController();
  try {
    return await Promise.race([
      answered(parts.handle(turn, signal)),
      abandoned(signal, parts, over.signal),
    ]);
  } finally {
    clearTimeout(deadline);
    over.abort();
  }
}

async function answered(answer: Promise<Settlement>): Promise<Attempted> {
  try {
    return { kind: 'answered', settlement: await answer };
  } catch (error) {
    return isBridgeError(error, 'LEASE_LOST') ? { kind: 'gone' } : { kind: 'threw', error };
  }
}

/** Resolves when the handler is not waited for any longer. */
async function abandoned(
  signal: AbortSignal,
  { clock, tuning }: AttemptParts,
  over: AbortSignal,
): Promise<Attempted> {
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  else signal.addEventListener('abort', () => resolve(), { once: true });
  await aborted;
  if (isBridgeError(signal.reason, 'LEASE_LOST')) return { kind: 'gone' };
  await clock.sleep(tuning.windDownMs, over).catch(() => undefined);
  return { kind: 'threw', error: signal.reason };
}
