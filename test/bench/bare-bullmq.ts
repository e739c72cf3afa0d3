import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { z } from 'zod';

import { redisOptions } from '../../src/redis/connection.ts';
import { answerParent } from './child.ts';

/** BullMQ as it comes: as many jobs added and processed in one process as there are prompts, nothing done for them. */
const redis = new Redis(process.env['REDIS_URL'] ?? '', redisOptions());
let runs = 0;

async function run(value: unknown): Promise<{ tookMs: number }> {
  const jobs = z.number().parse(value);
  runs += 1;
  const name = `bare-${process.pid}-${runs}`;
  const text = 'x'.repeat(300);
  const done = Promise.withResolvers<void>();
  let left = jobs;
  await using stack = new AsyncDisposableStack();
  const queue = stack.adopt(new Queue(name, { connection: redis }), async (made) => made.close());
  const worker = stack.adopt(
    new Worker(
      name,
      async () => {
        left -= 1;
        if (left === 0) done.resolve();
      },
      { connection: redis, concurrency: 50 },
    ),
    async (made) => made.close(),
  );
  await worker.waitUntilReady();
  const begunAt = performance.now();
  const options = { removeOnComplete: true };
  const added = Array.from({ length: jobs }, (_, n) => queue.add('job', { n, text }, options));
  await Promise.all([...added, done.promise]);
  return { tookMs: performance.now() - begunAt };
}

answerParent({ run });
