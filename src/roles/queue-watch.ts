import type { Check } from '../console/health.ts';
import type { Metrics } from '../console/metrics.ts';
import type { QueueDepth } from '../queue/depth.ts';
import type { PromptQueue } from '../queue/prompt-queue.ts';
import type { QueueCount, TurnQueues } from '../queue/turn-queues.ts';
import { gateKey } from '../redis/keys.ts';
import type { Foundation } from './foundation.ts';

/** What waits, at one moment. */
export interface QueueState {
  readonly depth: QueueDepth;
  readonly counts: readonly QueueCount[];
  readonly isGateClosed: boolean;
  readonly nowMs: number;
}

/** A turn that anybody is there for is taken within seconds. */
const unattendedMs = 60_000;

/** Shows the queues in `/readyz` and `/metrics`. */
export function watchQueues(
  { config, redis, prefix, health, metrics, clock }: Foundation,
  { prompts, turns }: { readonly prompts: PromptQueue; readonly turns: TurnQueues },
): void {
  const look = async (): Promise<QueueState> => {
    const [depth, counts, gate] = await Promise.all([
      prompts.depth(),
      turns.counts([]),
      redis.exists(gateKey(prefix)),
    ]);
    return { depth, counts, isGateClosed: gate === 1, nowMs: clock.now() };
  };
  metrics.onScrape(async () => showQueues(await look(), metrics));
  health.add('queue', async () => queueCheck(await look(), config.QUEUE_TOTAL));
}

/** Sets the queues' gauges. */
export function showQueues(state: QueueState, metrics: Metrics): void {
  const { waiting, conversations, oldestAtMs, replies } = state.depth;
  metrics.queueJobs.set({ queue: 'prompts', state: 'prompts' }, waiting);
  metrics.queueJobs.set({ queue: 'prompts', state: 'conversations' }, conversations);
  metrics.queueJobs.set({ queue: 'replies', state: 'conversations' }, replies.conversations);
  for (const { queue, state: turn, jobs } of state.counts) {
    metrics.queueJobs.set({ queue, state: turn }, jobs);
  }
  metrics.queueOldest.set({ queue: 'prompts' }, ageMs(oldestAtMs, state.nowMs) / 1000);
  metrics.queueOldest.set({ queue: 'replies' }, ageMs(replies.oldestAtMs, state.nowMs) / 1000);
  metrics.gateClosed.set(state.isGateClosed ? 1 : 0);
}

/** Whether prompts are taken in, and worked on. That a credential is missing is said elsewhere. */
export function queueCheck(state: QueueState, most: number): Check {
  const { waiting, oldestAtMs } = state.depth;
  const oldestMs = ageMs(oldestAtMs, state.nowMs);
  const detail = { ...state.depth, oldestSeconds: Math.round(oldestMs / 1000) };
  if (waiting >= most) {
    const reason = `the queue is full: ${waiting} prompts wait; start more workers, or raise QUEUE_TOTAL`;
    return { kind: 'not-ready', reason, detail };
  }
  const turns = (wanted: QueueCount['state']) =>
    state.counts.find(({ state: known }) => known === wanted)?.jobs ?? 0;
  const isUnattended = turns('waiting') > 0 && turns('active') === 0 && oldestMs > unattendedMs;
  if (isUnattended && !state.isGateClosed) {
    return { kind: 'not-ready', reason: 'nobody works on prompts: start a worker', detail };
  }
  return { kind: 'ready', detail };
}

function ageMs(sinceMs: number | null, nowMs: number): number {
  return sinceMs === null ? 0 : Math.max(0, nowMs - sinceMs);
}
