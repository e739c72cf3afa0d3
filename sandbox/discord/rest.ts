import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import type { Faults } from '../faults.ts';
import type { RateLimits } from './options.ts';
import { RateLimiter } from './rate-limits.ts';
import { Refusal, refusals } from './refusal.ts';
import { type RequestLog, pathOf } from './request-log.ts';
import { applicationRoutes } from './rest-application.ts';
import { attachmentRoute } from './rest-attachments.ts';
import { interactionRoutes } from './rest-interactions.ts';
import { messageRoutes } from './rest-messages.ts';
import { placeRoutes } from './rest-places.ts';
import type { Service } from './service.ts';
import { strike } from './strike.ts';
import { multipartBody } from './uploads.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The bucket that the request is counted in, by channel or webhook. */
    bucket?: Exclude<keyof RateLimits, 'global'>;
    /** Needs no bot token and counts towards no global limit: the path holds a token of its own. */
    open?: boolean;
  }
}

export interface Rest {
  readonly app: FastifyInstance;
  readonly limiter: RateLimiter;
}

/** Discord's REST v10, from the socket to the world. */
export function createRest(service: Service, faults: Faults, log: RequestLog): Rest {
  const app = fastify({ forceCloseConnections: true, bodyLimit: 25 * 1024 * 1024 });
  const limiter = new RateLimiter(service.settings);

  app.addContentTypeParser('multipart/form-data', { parseAs: 'buffer' }, multipartBody);
  app.addHook('onRequest', async (request, reply) => {
    log.follow(request, reply);
  });
  app.addHook('preHandler', async (request, reply) => {
    await strike(faults.take(`${request.method} ${pathOf(request.url)}`), request, reply);
    if (reply.sent) return reply;
    if (limiter.isShutOut) return shutOut(reply);
    authorize(request, service.token);
    return limit(request, reply, limiter);
  });
  app.addHook('onResponse', async (_request, { statusCode }) => {
    if ([401, 403, 429].includes(statusCode)) limiter.countInvalid();
  });
  app.setNotFoundHandler(() => {
    throw refusals.notFound();
  });
  app.setErrorHandler(answerError);

  attachmentRoute(app, service);
  void app.register(
    async (api) => {
      applicationRoutes(api, service);
      placeRoutes(api, service);
      messageRoutes(api, service);
      interactionRoutes(api, service);
    },
    { prefix: '/api/v10' },
  );
  return { app, limiter };
}

/** @throws {Refusal} 401 */
function authorize(request: FastifyRequest, token: string): void {
  const { open } = request.routeOptions.config;
  if (open !== true && request.headers.authorization !== `Bot ${token}`) {
    throw refusals.unauthorized();
  }
}

/** Counts the request; past a limit, answers it. */
function limit(request: FastifyRequest, reply: FastifyReply, limiter: RateLimiter) {
  const { bucket, open } = request.routeOptions.config;
  const whole = open === true ? undefined : limiter.takeGlobal();
  const verdict =
    whole?.allowed === false || bucket === undefined
      ? whole
      : limiter.take(bucket, majorOf(request.params));
  if (verdict === undefined) return undefined;
  void reply.headers(verdict.headers);
  if (verdict.allowed) return undefined;
  return reply.code(429).send({
    message: 'You are being rate limited.',
    retry_after: verdict.retryAfterMs / 1000,
    global: verdict.isGlobal,
  });
}

/** The part of the path that buckets are kept by: a channel, or a webhook with its token. */
function majorOf(params: unknown): string {
  const { channel, token } = params as { channel?: string; token?: string };
  return channel ?? token ?? '';
}

/** The ban that follows too many invalid requests comes from the edge, not from the API. */
function shutOut(reply: FastifyReply) {
  return reply
    .code(429)
    .header('Retry-After', '3600')
    .type('text/html')
    .send(
      '<html><title>Access denied | discord.com used Cloudflare to restrict access</title></html>',
    );
}

function answerError(error: unknown, _request: FastifyRequest, reply: FastifyReply) {
  const refusal = refusalOf(error);
  if (refusal !== undefined) return reply.code(refusal.status).send(refusal.body());
  console.error('The Discord sandbox failed on a request:', error);
  return reply.code(500).send({ message: '500: Internal Server Error', code: 0 });
}

/** What the server itself refuses (bodies too large or unreadable) is told as Discord tells it. */
function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  const { statusCode = 500 } = error as { statusCode?: number };
  if (statusCode >= 500) return undefined;
  return statusCode === 413 ? refusals.tooLarge() : refusals.unreadable();
}
