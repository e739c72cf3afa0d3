import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Fault, Faults } from '../faults.ts';
import { goneSignal } from './gone.ts';

/** `over`: the fault has answered or cut the connection, and nothing is left to do. */
export type Met = { over: boolean; fault: Fault | undefined };

/**
 * Lets the fault that is due for this request strike before anything is done. What has to strike
 * later (`drop-after`, the faults of streams) is handed back for `send` and the stream to obey.
 */
export async function meetFault(
  faults: Faults,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<Met> {
  const fault = faults.take(`${request.method} ${pathOf(request)}`);
  if (fault === undefined) return { over: false, fault };
  switch (fault.kind) {
    case 'drop-before':
      cut(reply);
      return { over: true, fault };
    case 'status':
      void reply
        .code(fault.status)
        .headers({ 'content-type': 'application/json', ...fault.headers })
        .send(fault.body ?? '');
      return { over: true, fault };
    case 'hang': {
      const left = await heldUntilGone(reply, fault.ms);
      if (left) reply.hijack();
      return { over: left, fault };
    }
    case 'drop-after':
    case 'cut-stream':
    case 'stall-stream':
      return { over: false, fault };
  }
}

/** Cuts the connection instead of answering. */
export function cut(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.destroy();
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? request.url;
}

/** Whether the client was gone before `ms` were over; without `ms` that alone ends it. */
async function heldUntilGone(reply: FastifyReply, ms: number | undefined): Promise<boolean> {
  const signal = goneSignal(reply.raw);
  if (ms !== undefined) await delay(ms, undefined, { signal }).catch(() => undefined);
  else if (!signal.aborted) await once(signal, 'abort');
  return signal.aborted;
}
