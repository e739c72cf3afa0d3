import { STATUS_CODES } from 'node:http';

import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

import type { Fault, Faults } from '../faults.ts';
import type { TelegramFile } from './chats.ts';
import type { Methods } from './method.ts';
import { paramsOf } from './params.ts';
import { Refusal, tooManyRequests } from './refusal.ts';

/** A request as it was answered. Neither its token nor its text is kept. */
export interface RequestRecord {
  readonly method: string;
  readonly atMs: number;
  readonly chatId: number | undefined;
  /** Undefined as long as there is no answer; null when the connection was cut. */
  status: number | null | undefined;
}

export interface BotApiServerOptions {
  readonly token: string;
  readonly methods: Methods;
  /** By `file_id`. */
  readonly files: ReadonlyMap<string, TelegramFile>;
  readonly faults: Faults;
  readonly requests: RequestRecord[];
  readonly changed: () => void;
}

/** Serves `/bot<token>/<method>` (https://core.telegram.org/bots/api#making-requests). */
export function botApiServer(options: BotApiServerOptions): FastifyInstance {
  const server = fastify({ forceCloseConnections: true, bodyLimit: 50 * 1024 * 1024 });
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  const byName = new Map(
    Object.entries(options.methods).map(([name, method]) => [name.toLowerCase(), { name, method }]),
  );

  server.all<{ Params: { token: string; method: string } }>(
    '/bot:token/:method',
    async (request, reply) => {
      const called = byName.get(request.params.method.toLowerCase());
      const params = await paramsOf(request);
      const record: RequestRecord = {
        method: called?.name ?? request.params.method,
        atMs: Date.now(),
        chatId: Number(params['chat_id']) || undefined,
        status: undefined,
      };
      options.requests.push(record);
      options.changed();
      const finish = (status: number | null) => {
        record.status = status;
        options.changed();
      };
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());

      const fault = options.faults.take(record.method);
      if (fault !== undefined && (await strikes(fault, request, reply, gone.signal, finish))) {
        return reply;
      }
      const { status, body } = await answer(request.params.token, async () => {
        if (called === undefined) throw new Refusal(404, 'Not Found: method not found');
        return await called.method(params, gone.signal);
      });
      if (fault?.kind === 'drop-after') {
        cut(request, reply);
        finish(null);
        return reply;
      }
      reply.code(status).send(body);
      finish(status);
      return reply;
    },
  );
  server.get<{ Params: { token: string; id: string } }>(
    '/file/bot:token/files/:id',
    async (request, reply) => {
      const { token, id } = request.params;
      const file = token === options.token ? options.files.get(id) : undefined;
      if (file === undefined) return reply.code(404).send();
      return reply.type('application/octet-stream').send(Buffer.from(file.content));
    },
  );
  server.setNotFoundHandler((_request, reply) =>
    reply.code(404).send({ ok: false, error_code: 404, description: 'Not Found' }),
  );
  return server;

  async function answer(token: string, run: () => Promise<unknown>) {
    try {
      if (!/^[0-9]+:[A-Za-z0-9_-]{35}$/.test(token)) throw new Refusal(404, 'Not Found');
      if (token !== options.token) throw new Refusal(401, 'Unauthorized');
      return { status: 200, body: { ok: true, result: await run() } };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { status: error.status, body: bodyOfRefusal(error) };
    }
  }
}

/** Lets the fault strike before the method runs; true when it took the place of the answer. */
async function strikes(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  gone: AbortSignal,
  finish: (status: number | null) => void,
): Promise<boolean> {
  switch (fault.kind) {
    case 'drop-before':
      cut(request, reply);
      finish(null);
      return true;
    case 'status':
      await reply
        .code(fault.status)
        .headers({ 'content-type': 'application/json', ...fault.headers })
        .send(fault.body ?? bodyOf(fault));
      finish(fault.status);
      return true;
    case 'hang':
      await held(fault.ms, gone);
      if (!gone.aborted) return false;
      reply.hijack();
      finish(null);
      return true;
    case 'drop-after':
    case 'cut-stream':
    case 'stall-stream':
      return false;
  }
}

/** What Telegram, or the web server before it, says with this status. */
function bodyOf({ status, headers }: Extract<Fault, { kind: 'status' }>): string {
  const reason = STATUS_CODES[status] ?? 'Error';
  if (status >= 500) return `<html><head><title>${status} ${reason}</title></head></html>`;
  const seconds = Number(headers?.['retry-after'] ?? 1);
  const refusal = status === 429 ? tooManyRequests(seconds) : new Refusal(status, reason);
  return JSON.stringify(bodyOfRefusal(refusal));
}

function bodyOfRefusal({ status, message, parameters }: Refusal): object {
  const extra = parameters === undefined ? {} : { parameters };
  return { ok: false, error_code: status, description: message, ...extra };
}

function cut(request: FastifyRequest, reply: FastifyReply): void {
  reply.hijack();
  request.raw.socket.destroy();
}

async function held(ms: number | undefined, gone: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = ms === undefined ? undefined : setTimeout(resolve, ms);
  gone.addEventListener('abort', () => resolve(), { once: true });
  if (gone.aborted) resolve();
  await promise;
  clearTimeout(timer);
}
