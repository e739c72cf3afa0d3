import type { Queue } from 'bullmq';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

import { type Clock, systemClock } from '../clock.ts';
import { pageText, sendPage, serveAssets } from './assets.ts';
import { Door, isLoopback } from './door.ts';
import type { Health } from './health.ts';
import { Live, type LiveOptions } from './live.ts';
import type { Metrics } from './metrics.ts';
import { type Playground, servePlayground } from './playground.ts';
import { serveQueueBoard } from './queue-board.ts';
import type { ConsoleSources } from './sources.ts';

export interface ConsoleOptions {
  readonly host: string;
  /** 0: any. Busy: any, with a warning. */
  readonly port: number;
  /** Without one the pages are for this machine alone. */
  readonly token: string | undefined;
  readonly health: Health;
  readonly metrics: Metrics;
  readonly sources: ConsoleSources;
  /** Shown in detail at `/queues`; default: none. */
  readonly queues?: readonly Queue[];
  /** At `/playground`; default: there is none. */
  readonly playground?: Playground | undefined;
  /** Changed by tests only. */
  readonly live?: Omit<LiveOptions, 'sources' | 'clock'>;
  readonly clock?: Clock;
  readonly log: Logger;
}

/**
 * `/healthz` (alive), `/readyz` (200, or 503 naming what is missing), `/metrics`; for the operator
 * `/`, the page, with its `/events`, `/queues` and, in the sandbox, `/playground`. Says where it
 * listens in one `listening` event.
 */
export class Console implements AsyncDisposable {
  readonly #server: FastifyInstance;
  readonly port: number;
  /** Where a browser on this machine finds it. */
  readonly url: string;

  private constructor(server: FastifyInstance, host: string, port: number) {
    this.#server = server;
    this.port = port;
    this.url = `http://${isLoopback(host) ? bracketed(host) : '127.0.0.1'}:${port}`;
  }

  static async listen(options: ConsoleOptions): Promise<Console> {
    let server = await build(options);
    try {
      await server.listen({ host: options.host, port: options.port });
    } catch (error) {
      if (!isBusy(error)) throw error;
      options.log.warn({ port: options.port }, 'HTTP_PORT is busy, taking any other');
      await server.close();
      server = await build(options);
      await server.listen({ host: options.host, port: 0 });
    }
    const [address] = server.addresses();
    const port = typeof address === 'object' ? address.port : options.port;
    options.log.info({ host: options.host, port }, 'listening');
    return new Console(server, options.host, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }
}

async function build(options: ConsoleOptions): Promise<FastifyInstance> {
  const { host, token, health, metrics, queues = [], playground, clock = systemClock } = options;
  const server = fastify({ logger: false, forceCloseConnections: true });
  server.get('/healthz', () => ({ status: 'ok' }));
  server.get('/readyz', async (_request, reply) => {
    const readiness = await health.read();
    return reply.code(readiness.ready ? 200 : 503).send(readiness);
  });
  server.get('/metrics', async (_request, reply) => {
    const text = await metrics.text();
    return reply.type(metrics.registry.contentType).send(text);
  });

  const door = new Door({ host, token, clock, signInPage: pageText('sign-in') });
  const live = new Live({ ...options.live, sources: options.sources, clock });
  server.addHook('preClose', async () => live[Symbol.dispose]());
  serveAssets(server);
  servePage(server, door, live);
  if (token !== undefined) serveSignIn(server, door);
  if (queues.length > 0) await serveQueueBoard(server, queues, door.guard);
  if (playground !== undefined) servePlayground(server, playground, door);
  return server;
}

function servePage(server: FastifyInstance, door: Door, live: Live): void {
  const page = pageText('console');
  const toSee = { onRequest: door.guard };
  server.get('/', toSee, async (_request, reply) => sendPage(reply, page));
  server.get('/events', toSee, async (_request, reply) => {
    await live.open(reply);
    return reply;
  });
}

/** The form of `sign-in.html`, which needs no script. */
function serveSignIn(server: FastifyInstance, door: Door): void {
  void server.register(async (scope) => {
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: 4096 },
      (_request, body, done) => done(null, new URLSearchParams(body.toString())),
    );
    scope.post('/sign-in', { onRequest: door.ownPagesOnly }, async (request, reply) => {
      const entered = door.signIn(tokenIn(request));
      if (typeof entered !== 'string') reply.header('set-cookie', entered.cookie);
      // The page shows the paragraph of that name.
      return reply.redirect(typeof entered === 'string' ? `/#${entered}` : '/', 303);
    });
  });
}

function tokenIn({ body }: FastifyRequest): string {
  return body instanceof URLSearchParams ? (body.get('token') ?? '') : '';
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
