import type { ServerResponse } from 'node:http';

/** Aborted once the response is over: sent to the end, or its client gone. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  if (response.closed) gone.abort();
  else response.once('close', () => gone.abort());
  return gone.signal;
}
