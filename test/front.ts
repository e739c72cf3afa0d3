import { once } from 'node:events';
import { createServer, type Server } from 'node:http';

/**
 * Stands before a sandbox for one process alone, so that a test sees which process asked for what.
 * Passes everything on.
 */
export class Front implements AsyncDisposable {
  /** The last part of each path that was asked for, such as `sendMessage`, oldest first. */
  readonly asked: string[] = [];
  readonly url: string;
  readonly #server: Server;

  static async before(target: string): Promise<Front> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Front(server, target);
  }

  private constructor(server: Server, target: string) {
    this.#server = server;
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port to be had');
    this.url = `http://127.0.0.1:${address.port}`;
    server.on('request', (request, response) => {
      const path = request.url ?? '/';
      this.asked.push(path.slice(path.lastIndexOf('/') + 1));
      const gone = new AbortController();
      response.once('close', () => gone.abort());
      const pass = async () => {
        const parts: Buffer[] = [];
        for await (const part of request) parts.push(part as Buffer);
        const { signal } = gone;
        const type = request.headers['content-type'];
        const headers = type === undefined ? {} : { 'content-type': type };
        const method = request.method ?? 'GET';
        const body = method === 'GET' ? null : Buffer.concat(parts);
        const answer = await fetch(`${target}${path}`, { method, headers, body, signal });
        response.writeHead(answer.status, { 'content-type': 'application/json' });
        response.end(Buffer.from(await answer.arrayBuffer()));
      };
      pass().catch(() => response.destroy());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close').catch(() => undefined);
  }
}
