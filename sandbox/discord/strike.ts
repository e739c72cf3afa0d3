import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Fault } from '../faults.ts';

/** Lets a fault strike a request. Whoever calls goes on, unless `reply.sent` says it is done with. */
export async function strike(
  fault: Fault | undefined,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  switch (fault?.kind) {
    case undefined:
      return;
    case 'drop-before':
      reply.hijack();
      request.raw.socket.destroy();
      return;
    case 'drop-after':
      dropInsteadOfAnswering(reply);
      return;
    case 'status':
      await reply
        .code(fault.status)
        .headers(fault.headers ?? {})
        .type(fault.headers?.['content-type'] ?? contentTypeOf(fault.body ?? ''))
        .send(fault.body ?? '');
      return;
    case 'hang':
      await hang(request, fault.ms);
      return;
    case 'cut-stream':
    case 'stall-stream':
      throw new Error(`The Discord sandbox streams nothing: ${fault.kind} cannot strike there.`);
  }
}

/** The handler runs as ever; the connection is gone before a byte of the answer is written. */
function dropInsteadOfAnswering(reply: FastifyReply): void {
  const { raw } = reply;
  raw.writeHead = () => {
    raw.socket?.destroy();
    return raw;
  };
}

async function hang(request: FastifyRequest, ms: number | undefined): Promise<void> {
  const { socket } = request.raw;
  if (socket.destroyed) return;
  const over = new AbortController();
  const { signal } = over;
  const waits: Promise<unknown>[] = [once(socket, 'close', { signal })];
  if (ms !== undefined) waits.push(delay(ms, undefined, { signal }));
  await Promise.race(waits).finally(() => over.abort());
}

function contentTypeOf(body: string): string {
  if (body.startsWith('<')) return 'text/html';
  return body.startsWith('{') ? 'application/json' : 'text/plain';
}
