import { Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

import type { Clock } from '../clock.ts';
import { letGo } from './let-go.ts';
import { QueueKeys } from './queue-keys.ts';
import { reportErrors } from './report-errors.ts';

/** What a `RefreshSchedule` is made of. */
export interface RefreshScheduleOptions {
  /** With `maxRetriesPerRequest: null`. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly everyMs: number;
  /** Refreshes what is due. May run twice at once after a crash; fences that itself. */
  readonly refreshDue: (signal: AbortSignal) => Promise<void>;
}

const queueName = 'refresh';
const lockMs = 30_000;

/**
 * Calls `refreshDue` every so often, once for the whole fleet, in whichever process is free. The
 * scheduler is only ever upserted: removing it first can leave it without a next run.
 */
export class RefreshSchedule implements AsyncDisposable {
  readonly #queue: Queue;
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #stop = new AbortController();

  private constructor(options: RefreshScheduleOptions) {
    const connection = options.redis;
    const prefix = new QueueKeys(options.prefix).bullmq;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#queue = new Queue(queueName, {
      connection,
      prefix,
      streams: { events: { maxLen: 100 } },
    });
    this.#worker = new Worker(queueName, async () => this.#run(options.refreshDue), {
      connection,
      prefix,
      drainDelay: 1,
      runRetryDelay: 500,
      lockDuration: lockMs,
      stalledInterval: lockMs / 2,
      maxStalledCount: 1_000_000_000,
    });
    reportErrors(this.#queue, this.#log, queueName);
    reportErrors(this.#worker, this.#log, queueName);
  }

  /** Resolves once the schedule is in Redis. */
  static async start(options: RefreshScheduleOptions): Promise<RefreshSchedule> {
    const schedule = new RefreshSchedule(options);
    await schedule.#queue.upsertJobScheduler(
      'refresh',
      { every: options.everyMs },
      { name: 'refresh', opts: { removeOnComplete: true, removeOnFail: true } },
    );
    return schedule;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    if (!(await letGo(this.#worker.close(), this.#clock))) {
      this.#log.warn('refresh worker does not close, left behind');
    }
    await this.#queue.close();
  }

  async #run(refreshDue: (signal: AbortSignal) => Promise<void>): Promise<void> {
    try {
      await refreshDue(this.#stop.signal);
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#log.error({ err: error }, 'scheduled refresh failed');
    }
  }
}
