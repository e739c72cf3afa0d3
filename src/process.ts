/** Longer than a token exchange and the answers' grace, shorter than compose's 90 s. */
const lastResortMs = 88_000;

/** Within this time a second signal is the first again: who started us may hand on what we got, too. */
const sameSignalMs = 1000;

/**
 * A signal that aborts at SIGTERM or SIGINT; a second one, a second later or more, ends the process
 * at once. Holds the process open until then, since signal handlers alone do not.
 */
export function shutdownSignal(): AbortSignal {
  const controller = new AbortController();
  const hold = setInterval(() => undefined, 2 ** 30);
  let firstAtMs = 0;
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      if (performance.now() - firstAtMs >= sameSignalMs) process.exit(130);
      return;
    }
    firstAtMs = performance.now();
    clearInterval(hold);
    controller.abort(name);
    // Whatever still waits then, for a Redis that is away perhaps, is safe to be cut off.
    setTimeout(() => process.exit(1), lastResortMs).unref();
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  return controller.signal;
}

/** Resolves when the signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
}
