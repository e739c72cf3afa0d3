import { timingSafeEqual } from 'node:crypto';
import { isIPv4 } from 'node:net';

import type { Queue } from 'bullmq';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';

import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';
import { renderPage } from './page.ts';
import { serveQueueBoard } from './queue-board.ts';

export interface ConsoleOptions {
  readonly host: string;
  /** 0: any. Busy: any, with a warning. */
  readonly port: number;
  /** Needed for the page when `host` is not loopback. */
  readonly token: string | undefined;
  readonly health: Health;
  readonly metrics: Metrics;
  /** Shown in detail at `/queues`; default: none. */
  readonly queues?: readonly Queue[];
  readonly log: Logger;
}

/**
 * `/healthz` (alive), `/readyz` (200, or 503 naming what is missing), `/metrics`, `/`, the status
 * page, and `/queues`. Says where it listens in one `listening` event.
 */
export class Console implements AsyncDisposable {
  readonly #server: FastifyInstance;
  readonly port: number;

  private constructor(server: FastifyInstance, port: number) {
    this.#server = server;
    this.port = port;
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
    return new Console(server, port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
  }
}

async function build(options: ConsoleOptions): Promise<FastifyInstance> {
  const { host, token, health, metrics, queues = [] } = options;
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
  const forOperator = guard(host, token);
  server.get('/', { preHandler: forOperator }, async (_request, reply) =>
    reply.type('text/html; charset=utf-8').send(renderPage(await health.read())),
  );
  if (queues.length > 0) await serveQueueBoard(server, queues, forOperator);
  return server;
}

/** On loopback the page is open; elsewhere it takes `HTTP_TOKEN`, and without one it is closed. */
function guard(host: string, token: string | undefined) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    if (isLoopback(host)) return;
    const given = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    if (token !== undefined && sameText(given, token)) return;
    await reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send({ error: 'Send HTTP_TOKEN as a bearer token.' });
  };
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function sameText(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}
