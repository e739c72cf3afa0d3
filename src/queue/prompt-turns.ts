import type { Telemetry } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

import type { Clock } from '../clock.ts';
import { noTracing, type Tracing } from '../tracing.ts';
import { GuardedWorker } from './guarded-worker.ts';
import type { PromptEndings, PromptHandler, PromptMetrics } from './prompt-handler.ts';
import { PromptList } from './prompt-list.ts';
import { runPromptTurn } from './prompt-turn.ts';
import { promptsQueue } from './queue-keys.ts';
import type { StopSignals } from './stop-signals.ts';
import { tracedList } from './traced-list.ts';
import type { Tuning } from './tuning.ts';
import type { TurnQueues } from './turn-queues.ts';

/** What `PromptTurns` is made of. */
export interface PromptTurnsOptions {
  /** With `maxRetriesPerRequest: null`. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly turns: TurnQueues;
  readonly stops: StopSignals;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: PromptMetrics;
  readonly handle: PromptHandler;
  readonly endings: PromptEndings;
  /** How many conversations run side by side in this process. */
  readonly concurrency: number;
  readonly history: { readonly maxExchanges: number; readonly lifetimeMs: number };
  /** Longest that one attempt may take. */
  readonly deadlineMs: number;
  readonly tracing?: Tracing;
  readonly telemetry?: Telemetry | undefined;
  /** Changed by tests only. */
  readonly tuning?: Partial<Tuning>;
}

const usual: Tuning = {
  lockMs: 5000,
  promptsPerTurn: 8,
  windDownMs: 3000,
  faultDelaysMs: [2000, 4000, 8000],
  mostAttempts: 200,
  mostCrashes: 20,
};

/** Works on the conversations' prompts, from its making until it is closed. */
export class PromptTurns implements AsyncDisposable {
  readonly #worker: GuardedWorker;

  constructor(options: PromptTurnsOptions) {
    const tuning = { ...usual, ...options.tuning };
    const { tracing = noTracing } = options;
    const parts = {
      ...options,
      tracing,
      tuning,
      list: tracedList(new PromptList(options), tracing),
    };
    this.#worker = new GuardedWorker({
      ...options,
      queue: promptsQueue,
      lockMs: tuning.lockMs,
      turn: async (conversation, hold) => runPromptTurn(conversation, hold, parts),
    });
  }

  /** Resolves once turns are taken. */
  async ready(): Promise<void> {
    await this.#worker.ready();
  }

  /** How many conversations are being worked on. */
  get active(): number {
    return this.#worker.activeTurns;
  }

  /** Begins nothing more, lets answers end for `graceMs`, then hands the rest to other workers. */
  async close(graceMs: number): Promise<void> {
    await this.#worker.close(graceMs);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0);
  }
}
