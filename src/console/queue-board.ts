import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import type { IServerAdapter } from '@bull-board/api/typings/app';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Queue } from 'bullmq';
import type { FastifyInstance, preHandlerAsyncHookHandler } from 'fastify';

const path = '/queues';

/** Bull Board at `/queues`, to look at turns in detail; it changes nothing. Behind `guard`. */
export async function serveQueueBoard(
  server: FastifyInstance,
  queues: readonly Queue[],
  guard: preHandlerAsyncHookHandler,
): Promise<void> {
  const board = new FastifyAdapter().setBasePath(path);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true })),
    // Its optional members are declared without `undefined`, which our compiler options insist on.
    serverAdapter: board as unknown as IServerAdapter,
  });
  await server.register(async (scope) => {
    scope.addHook('preHandler', guard);
    await scope.register(board.registerPlugin(), { prefix: path });
  });
}
