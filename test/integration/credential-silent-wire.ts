import { once } from 'node:events';
import { type Socket, connect, createServer } from 'node:net';

import { freePort } from '../redis-server.ts';

/** A way to a Redis that can fall silent: nothing comes through any more, and nobody is told. */
export class SilentWire implements AsyncDisposable {
  readonly url: string;
  readonly #sockets = new Set<Socket>();
  readonly #server;
  readonly #abandoned = new Set<Socket>();
  #silent = false;

  private constructor(port: number, redisPort: number) {
    this.url = `redis://127.0.0.1:${port}`;
    this.#server = createServer((inner) => {
      const outer = connect(redisPort, '127.0.0.1');
      for (const [from, to] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (bytes) => {
          if (!this.#silent && !this.#abandoned.has(from)) to.write(bytes);
        });
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
      }
    });
    this.#server.listen(port, '127.0.0.1');
  }

  static async to(redisPort: number): Promise<SilentWire> {
    const wire = new SilentWire(await freePort(), redisPort);
    await once(wire.#server, 'listening');
    return wire;
  }

  fallSilent(): void {
    this.#silent = true;
  }

  /** The connections that there are fall silent, new ones work: the machine was replaced. */
  abandon(): void {
    for (const socket of this.#sockets) this.#abandoned.add(socket);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
