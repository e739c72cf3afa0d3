import { z } from 'zod';

import type { Prompt } from '../../src/prompt.ts';
import { Deployment, account, answer, said } from '../integration/queue-harness.ts';
import { answerParent } from './child.ts';

/**
 * The queues of the bridge without a platform and without Grok: prompt in, turn, settle, reply turn,
 * out; bridge and worker in one process, as in role `all`.
 */
const url = process.env['REDIS_URL'] ?? '';
const atOnce = 200;
const loadSchema = z.object({ prompts: z.number(), conversations: z.number() });
const text = 'What people ask is about as long as this. '.repeat(7);

/** Put in and drained at the same time. */
async function run(value: unknown): Promise<{ tookMs: number }> {
  const load = loadSchema.parse(value);
  await using deployment = new Deployment(url);
  const drained = await drain(deployment, load.prompts);
  const begunAt = performance.now();
  await Promise.all([enqueue(deployment, load), drained()]);
  return { tookMs: performance.now() - begunAt };
}

/** Put in first, drained afterwards. */
async function pileUp(value: unknown) {
  const load = loadSchema.parse(value);
  await using deployment = new Deployment(url);
  const emptyBytes = await usedBytes(deployment);
  const begunAt = performance.now();
  await enqueue(deployment, load);
  const enqueueMs = performance.now() - begunAt;
  const bytes = (await usedBytes(deployment)) - emptyBytes;
  const drainedFrom = performance.now();
  await (
    await drain(deployment, load.prompts)
  )();
  return { enqueueMs, drainMs: performance.now() - drainedFrom, bytes };
}

async function enqueue(deployment: Deployment, load: z.infer<typeof loadSchema>): Promise<void> {
  let next = 0;
  const one = async () => {
    for (let n = next; n < load.prompts; n = next) {
      next += 1;
      await deployment.queue.enqueue(promptNumber(n, load.conversations), said);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
}

/** Starts a worker and a bridge; call the result to wait for the last delivery. */
async function drain(deployment: Deployment, prompts: number): Promise<() => Promise<void>> {
  const done = Promise.withResolvers<void>();
  let left = prompts;
  await deployment.bridge(
    async () => {
      left -= 1;
      if (left === 0) done.resolve();
      return { kind: 'delivered' };
    },
    { concurrency: 200 },
  );
  await deployment.worker(answer, { concurrency: 50 });
  return async () => done.promise;
}

function promptNumber(n: number, conversations: number): Prompt {
  const conversation = `c${n % conversations}`;
  return {
    v: 1,
    id: `tg-7000000001-${n}`,
    conversation: `${account}.${conversation}`,
    account,
    address: conversation,
    author: { id: `telegram:${conversation}`, name: 'Somebody' },
    text,
    receivedAtMs: Date.now(),
  };
}

async function usedBytes({ redis }: Deployment): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1]);
}

answerParent({ run, pileUp });
