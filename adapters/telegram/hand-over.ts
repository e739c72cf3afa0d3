import type { Clock, Logger } from '#port';

import { Backoff } from './backoff.ts';
import { offer, type Ears, type Heard } from './update-reading.ts';

export interface HandOverTools {
  readonly ears: Ears;
  readonly clock: Clock;
  readonly log: Logger;
}

const pace = { firstMs: 200, longestMs: 5_000 };

/**
 * Hands a batch over: the messages of one conversation in order, different conversations side by
 * side. What the intake rejects is offered again until it is taken. True once all are taken, false
 * when the signal aborted before.
 */
export async function handOver(
  batch: readonly Heard[],
  tools: HandOverTools,
  signal: AbortSignal,
): Promise<boolean> {
  const conversations = Object.values(Object.groupBy(batch, ({ message }) => message.conversation));
  const taken = await Promise.all(
    conversations.map((messages = []) => handOverInOrder(messages, tools, signal)),
  );
  return taken.every(Boolean);
}

async function handOverInOrder(
  messages: readonly Heard[],
  { ears, clock, log }: HandOverTools,
  signal: AbortSignal,
): Promise<boolean> {
  const backoff = new Backoff(clock, pace);
  for (const message of messages) {
    while (!(await isTaken(message))) {
      await backoff.wait(signal);
      if (signal.aborted) return false;
    }
    backoff.reset();
  }
  return true;

  async function isTaken(heard: Heard): Promise<boolean> {
    try {
      await offer(heard, ears, signal);
      return true;
    } catch (error) {
      const facts = { prompt: heard.message.id, error };
      if (backoff.isFresh && !signal.aborted)
        log.warn(facts, 'message not stored, offering it again');
      return false;
    }
  }
}
