import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';

/** An HTTP server on loopback that a test speaks through; ends with its scope. */
export interface Answering extends AsyncDisposable {
  readonly url: string;
  /** The paths that were asked for, oldest first. */
  readonly asked: readonly string[];
}

/** Answers each request with a text, or as `answer` does itself when it gives none. */
export async function answering(
  answer: (url: string, response: ServerResponse) => string | undefined,
): Promise<Answering> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    asked.push(url);
    request.resume();
    const text = answer(url, response);
    if (text !== undefined) response.end(text);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port to be had');
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
