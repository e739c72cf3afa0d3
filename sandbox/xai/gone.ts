import type { ServerResponse } from 'node:http';

/** Aborted once the response is over: sent to the end, or its client gone. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.closed) gone.abort(over);
  else response.once('close', () => gone.abort(over));
  return gone.signal;
}

/** One for all: an error of its own, with its stack, was a good part of what a request cost. */
const over = new Error('the response is over');
