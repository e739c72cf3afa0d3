import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';
import { type Logger, pino } from 'pino';

import { systemClock } from '../../src/clock.ts';
import type { Prompt } from '../../src/prompt.ts';
import type { PromptHandler, PromptMetrics } from '../../src/queue/prompt-handler.ts';
import { PromptQueue, type PromptQueueOptions } from '../../src/queue/prompt-queue.ts';
import { PromptTurns, type PromptTurnsOptions } from '../../src/queue/prompt-turns.ts';
import { QueueKeys } from '../../src/queue/queue-keys.ts';
import { type Deliver, ReplyTurns, type ReplyTurnsOptions } from '../../src/queue/reply-turns.ts';
import { StopSignals } from '../../src/queue/stop-signals.ts';
import { Sweeper } from '../../src/queue/sweeper.ts';
import { TurnQueues } from '../../src/queue/turn-queues.ts';
import { openRedis } from '../../src/redis/connection.ts';
import { conversationKey, gateKey } from '../../src/redis/keys.ts';
import { type Reply, replySchema } from '../../src/reply.ts';

export const account = 'test-1';
export const quiet: Logger = pino({ level: process.env['QUEUE_TEST_LOG'] ?? 'silent' });
const historyLifetimeMs = 60_000;

/** One deployment: a prefix of its own on a Redis of the test file's own. */
export class Deployment implements AsyncDisposable {
  readonly prefix = `t${randomUUID().slice(0, 8)}`;
  readonly keys = new QueueKeys(this.prefix);
  readonly redis: Redis;
  readonly turns: TurnQueues;
  readonly queue: PromptQueue;
  readonly #url: string;
  readonly #held: AsyncDisposable[] = [];
  readonly #connections: Redis[] = [];

  constructor(
    url: string,
    limits = { perConversation: 50, total: 100_000 },
    more: Pick<Partial<PromptQueueOptions>, 'fairUse' | 'clock'> = {},
  ) {
    this.#url = url;
    this.redis = this.connect();
    this.turns = new TurnQueues({ redis: this.redis, prefix: this.prefix, log: quiet });
    this.queue = new PromptQueue({
      redis: this.redis,
      prefix: this.prefix,
      turns: this.turns,
      clock: systemClock,
      limits,
      historyLifetimeMs,
      ...more,
    });
  }

  connect(): Redis {
    const redis = openRedis(this.#url);
    redis.on('error', () => undefined);
    this.#connections.push(redis);
    return redis;
  }

  /** A worker process' part of it, with connections of its own. */
  async worker(
    handle: PromptHandler,
    more: Partial<PromptTurnsOptions> = {},
  ): Promise<PromptTurns> {
    const redis = this.connect();
    const stops = new StopSignals({ subscriber: this.connect(), prefix: this.prefix, log: quiet });
    await stops.ready;
    const turns = new PromptTurns({
      redis,
      prefix: this.prefix,
      turns: this.turns,
      stops,
      clock: systemClock,
      log: quiet,
      metrics: ignored,
      handle,
      endings,
      concurrency: 20,
      history: { maxExchanges: 3, lifetimeMs: historyLifetimeMs },
      deadlineMs: 10_000,
      ...more,
    });
    this.#held.push(turns);
    await turns.ready();
    return turns;
  }

  /** A bridge process' part of it. */
  async bridge(deliver: Deliver, more: Partial<ReplyTurnsOptions> = {}): Promise<ReplyTurns> {
    const bridge = new ReplyTurns({
      redis: this.connect(),
      prefix: this.prefix,
      account,
      holder: randomUUID(),
      turns: this.turns,
      clock: systemClock,
      log: quiet,
      metrics: { delivered: () => undefined, deadLettered: () => undefined },
      deliver,
      concurrency: 20,
      historyLifetimeMs,
      ...more,
    });
    this.#held.push(bridge);
    await bridge.ready();
    return bridge;
  }

  sweeper(recheckGate: () => Promise<void> = async () => undefined): Sweeper {
    const sweeper = new Sweeper({
      redis: this.redis,
      prefix: this.prefix,
      turns: this.turns,
      clock: systemClock,
      log: quiet,
      recheckGate,
      waitingNotice: (prompt) => words(prompt, 'waiting', false),
      intervalMs: 50,
      patienceMs: 0,
    });
    this.#held.push(sweeper);
    return sweeper;
  }

  /** What lies in a conversation's reply list. */
  async replies(conversation: string): Promise<Reply[]> {
    const raw = await this.redis.lrange(this.keys.replies(conversation), 0, -1);
    return raw.map((entry) => replySchema.parse(JSON.parse(entry.slice(entry.indexOf('{')))));
  }

  async closeGate(incident: string): Promise<void> {
    await this.redis.hset(gateKey(this.prefix), 'incident', incident);
  }

  async openGate(): Promise<void> {
    await this.redis.del(gateKey(this.prefix));
  }

  async state(conversation: string): Promise<Record<string, string>> {
    return this.redis.hgetall(conversationKey(this.prefix, conversation));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const held of this.#held) await held[Symbol.asyncDispose]();
    await this.turns[Symbol.asyncDispose]();
    for (const connection of this.#connections) connection.disconnect();
  }
}

const ignored: PromptMetrics = {
  settled: () => undefined,
  retried: () => undefined,
  deadLettered: () => undefined,
};

export const endings = {
  stopped: (prompt: Prompt, answer: Reply | null): Reply => ({
    ...words(prompt, answer === null ? 'stopped' : `${answer.text} stopped`, true),
  }),
  failed: (prompt: Prompt): Reply => words(prompt, 'failed', true),
};

/** `c1` and `c1-3`: the third prompt of conversation `test-1.c1`. */
export function prompt(conversation: string, n: number, author = 'u1'): Prompt {
  return {
    v: 1,
    id: `${conversation}-${n}`,
    conversation: `${account}.${conversation}`,
    account,
    address: conversation,
    author: { id: `test:${author}`, name: author },
    text: `question ${n}`,
    receivedAtMs: Date.now(),
  };
}

export function reply(of: Prompt, text: string): Reply {
  return { ...words(of, text, true), kind: 'answer' };
}

export function words(of: Prompt, text: string, final: boolean): Reply {
  return {
    v: 1,
    id: final ? of.id : `${of.id}.${text}`,
    anchor: of.id,
    prompt: of.id,
    conversation: of.conversation,
    account: of.account,
    address: of.address,
    kind: 'words',
    final,
    text,
    receivedAtMs: of.receivedAtMs,
  };
}

export const answer: PromptHandler = async ({ prompt: asked }) => ({
  kind: 'settle',
  reply: reply(asked, `answer ${asked.text}`),
  outcome: 'answered',
});

export const said = { busy: 'busy', waiting: 'waiting' };

/** Things that happened, and a way to wait for them. */
export class Events<T> {
  readonly all: T[] = [];
  readonly #waiting = new Set<() => void>();

  push(...events: T[]): void {
    this.all.push(...events);
    for (const check of this.#waiting) check();
  }

  /** Resolves once `holds` is true of all that happened. */
  async until(holds: (all: readonly T[]) => boolean): Promise<void> {
    if (holds(this.all)) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const check = () => {
      if (holds(this.all)) resolve();
    };
    this.#waiting.add(check);
    await promise;
    this.#waiting.delete(check);
  }
}
