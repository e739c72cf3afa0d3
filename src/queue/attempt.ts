import { BridgeError, isBridgeError } from '../errors.ts';
import type { Hold } from './guarded-worker.ts';
import type { PromptHandler, PromptTurn, Settlement } from './prompt-handler.ts';
import type { StopSignals } from './stop-signals.ts';

/** How an attempt ended. */
export type Attempted =
  | { readonly kind: 'answered'; readonly settlement: Settlement }
  | { readonly kind: 'threw'; readonly error: unknown }
  /** The turn is not ours any more; whatever the handler still does counts for nothing. */
  | { readonly kind: 'gone' };

/** What an attempt works with. */
export interface AttemptParts {
  readonly handle: PromptHandler;
  readonly stops: StopSignals;
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
  const { promise: abandoned, resolve: abandon } = Promise.withResolvers<Attempted>();
  const own = new AbortController();
  let windDown: NodeJS.Timeout | undefined;
  const end = (error: BridgeError) => {
    own.abort(error);
    if (windDown !== undefined) return;
    windDown = setTimeout(() => abandon({ kind: 'threw', error }), parts.tuning.windDownMs);
  };
  const lose = () => {
    own.abort(hold.signal.reason);
    abandon({ kind: 'gone' });
  };
  if (hold.signal.aborted) return { kind: 'gone' };
  hold.signal.addEventListener('abort', lose);
  using _watch = parts.stops.watch(prompt.id, () => {
    end(new BridgeError('STOPPED', `prompt ${prompt.id} was stopped`));
  });
  const deadline = setTimeout(() => {
    const message = `prompt ${prompt.id} was not answered within ${parts.deadlineMs} ms`;
    end(new BridgeError('DEADLINE_PASSED', message));
  }, parts.deadlineMs);
  try {
    return await Promise.race([answered(parts.handle(turn, own.signal)), abandoned]);
  } finally {
    clearTimeout(deadline);
    clearTimeout(windDown);
    hold.signal.removeEventListener('abort', lose);
  }
}

async function answered(answer: Promise<Settlement>): Promise<Attempted> {
  try {
    return { kind: 'answered', settlement: await answer };
  } catch (error) {
    return isBridgeError(error, 'LEASE_LOST') ? { kind: 'gone' } : { kind: 'threw', error };
  }
}
