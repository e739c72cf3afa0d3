import { type JobsOptions, Queue, type Telemetry } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

import { promptsQueue, QueueKeys, repliesQueue } from './queue-keys.ts';
import { reportErrors } from './report-errors.ts';

/**
 * The BullMQ queues, as those see them who put turns in. A turn says only that a conversation's list
 * may have a head; what is to be done lies in the list.
 */
export class TurnQueues implements AsyncDisposable {
  readonly #redis: Redis;
  readonly #prefix: string;
  readonly #log: Logger;
  readonly #telemetry: Telemetry | undefined;
  readonly #queues = new Map<string, Queue>();

  constructor(options: {
    redis: Redis;
    prefix: string;
    log: Logger;
    telemetry?: Telemetry | undefined;
  }) {
    this.#telemetry = options.telemetry;
    this.#redis = options.redis;
    this.#prefix = new QueueKeys(options.prefix).bullmq;
    this.#log = options.log;
  }

  /** Sees to it that a turn of the conversation runs after this moment. */
  async wakePrompts(conversation: string): Promise<void> {
    await this.#queue(promptsQueue).add('turn', turnData(conversation), turnOptions(conversation));
  }

  /** The same for many conversations, in their order. */
  async wakeAllPrompts(conversations: readonly string[]): Promise<void> {
    await this.#queue(promptsQueue).addBulk(conversations.map(turnJob));
  }

  /** Sees to it that a turn of the conversation's replies runs after this moment. */
  async wakeReplies(account: string, conversation: string): Promise<void> {
    const queue = this.#queue(repliesQueue(account));
    await queue.add('turn', turnData(conversation), turnOptions(conversation));
  }

  /** The same for many conversations of one account, in their order. */
  async wakeAllReplies(account: string, conversations: readonly string[]): Promise<void> {
    await this.#queue(repliesQueue(account)).addBulk(conversations.map(turnJob));
  }

  /** Lets a turn that waits for its time run now. */
  async hastenPrompts(conversation: string): Promise<void> {
    const queue = this.#queue(promptsQueue);
    const id = await queue.getDeduplicationJobId(conversation);
    if (id === null) return;
    const job = await queue.getJob(id);
    if (job === undefined || !(await job.isDelayed())) return;
    try {
      await job.promote();
    } catch (error) {
      // It came due in between: what was wanted.
      this.#log.debug({ err: error, conversation }, 'turn was no longer delayed');
    }
  }

  /** How many turns are in each state, for `grok_bridge_queue_jobs`. */
  async counts(accounts: readonly string[]): Promise<QueueCount[]> {
    const names = [promptsQueue, ...accounts.map(repliesQueue)];
    const all = await Promise.all(
      names.map(async (name) => {
        const counts = await this.#queue(name).getJobCounts(...states);
        return states.map((state) => ({ queue: name, state, jobs: counts[state] ?? 0 }));
      }),
    );
    return all.flat();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#queues.values()].map(async (queue) => queue.close()));
  }

  #queue(name: string): Queue {
    const known = this.#queues.get(name);
    if (known !== undefined) return known;
    const queue = new Queue(name, {
      connection: this.#redis,
      prefix: this.#prefix,
      streams: { events: { maxLen: 1000 } },
      ...(this.#telemetry === undefined ? {} : { telemetry: this.#telemetry }),
    });
    reportErrors(queue, this.#log, name);
    this.#queues.set(name, queue);
    return queue;
  }
}

/** How many turns of a queue are in a state. */
export interface QueueCount {
  readonly queue: string;
  readonly state: (typeof states)[number];
  readonly jobs: number;
}

const states = ['waiting', 'active', 'delayed', 'failed'] as const;

/**
 * One turn of a conversation at a time, and one that is asked for while another runs is not lost
 * but runs after it. A turn must not fail while its list is non-empty, hence the attempts.
 */
function turnOptions(conversation: string): JobsOptions {
  return {
    deduplication: { id: conversation, keepLastIfActive: true },
    removeOnComplete: true,
    removeOnFail: { age: 24 * 60 * 60, count: 1000 },
    attempts: 1_000_000,
    backoff: { type: 'fixed', delay: 1000 },
  };
}

function turnJob(conversation: string) {
  return { name: 'turn', data: turnData(conversation), opts: turnOptions(conversation) };
}

function turnData(conversation: string) {
  return { v: 1, conversation };
}
