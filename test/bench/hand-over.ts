import { z } from 'zod';

import type { PromptHandler } from '../../src/queue/prompt-handler.ts';
import { answer, Deployment, prompt, said } from '../integration/queue-harness.ts';
import { answerParent } from './child.ts';

/**
 * What a worker cannot end when it is told to end: how long until another one has begun it, and how
 * long a fresh prompt takes to be begun, for comparison. Milliseconds, one of each a round.
 */
const url = process.env['REDIS_URL'] ?? '';
const roundsSchema = z.number().int();

async function run(value: unknown): Promise<{ handedMs: number[]; freshMs: number[] }> {
  const [handedMs, freshMs]: [number[], number[]] = [[], []];
  for (let round = roundsSchema.parse(value); round > 0; round -= 1) {
    await using deployment = new Deployment(url);
    const begun = Promise.withResolvers<number>();
    const letGo = Promise.withResolvers<number>();
    const holding: PromptHandler = async (turn, signal) => {
      begun.resolve(performance.now());
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      });
      letGo.resolve(performance.now());
      return answer(turn, signal);
    };
    const leaving = await deployment.worker(holding);
    const askedAt = performance.now();
    await deployment.queue.enqueue(prompt('c', 1), said);
    freshMs.push((await begun.promise) - askedAt);
    const taken = Promise.withResolvers<number>();
    await deployment.worker(async (turn, signal) => {
      taken.resolve(performance.now());
      return answer(turn, signal);
    });
    await leaving.close(0);
    handedMs.push((await taken.promise) - (await letGo.promise));
  }
  return { handedMs, freshMs };
}

answerParent({ run });
