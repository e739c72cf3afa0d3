import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';

import type { Clock } from '../clock.ts';
import type { Prompt } from '../prompt.ts';
import { gateKey, rootKey } from '../redis/keys.ts';
import type { Reply } from '../reply.ts';
import { parsePromptEntry, replyEntry } from './entry.ts';
import { toldLifetimeMs } from './lifetimes.ts';
import { promptsQueue, QueueKeys } from './queue-keys.ts';
import { loadScript } from './scripts.ts';
import { toldAs } from './told-as.ts';
import type { TurnQueues } from './turn-queues.ts';

/** What a `Sweeper` is made of. */
export interface SweeperOptions {
  readonly redis: Redis;
  readonly prefix: string;
  readonly turns: TurnQueues;
  readonly clock: Clock;
  readonly log: Logger;
  /** Opens the gate if something can serve after all: a step that should have may have been lost. */
  readonly recheckGate: (signal: AbortSignal) => Promise<void>;
  /** The notice for the author of a prompt that waits while the gate is closed. */
  readonly waitingNotice: (prompt: Prompt, reason: string) => Reply;
  /** Between two sweeps of the whole fleet. */
  readonly intervalMs?: number;
  /** How long a head waits before it is looked after. */
  readonly patienceMs?: number;
}

/**
 * Finds what nobody would come back to: a prompt or a reply whose turn was never added (the two are
 * not one write), and, once the gate opens, all that waited, oldest first. Run one in every process;
 * in each interval one of them sweeps.
 */
export class Sweeper implements AsyncDisposable {
  readonly #options: SweeperOptions;
  readonly #keys: QueueKeys;
  readonly #intervalMs: number;
  readonly #stop = new AbortController();
  readonly #loop: Promise<void>;

  constructor(options: SweeperOptions) {
    this.#options = options;
    this.#keys = new QueueKeys(options.prefix);
    this.#intervalMs = options.intervalMs ?? 1000;
    this.#loop = this.#run(this.#stop.signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#loop;
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { redis, clock, log } = this.#options;
    while (!signal.aborted) {
      try {
        const leaseMs = Math.ceil(this.#intervalMs * 0.9);
        if ((await redis.set(this.#keys.sweep, '1', 'PX', leaseMs, 'NX')) === 'OK') {
          await this.sweep(signal);
        }
      } catch (error) {
        if (!signal.aborted) log.warn({ err: error }, 'sweep broke off, tried again');
      }
      await clock.sleep(this.#intervalMs, signal).catch(() => undefined);
    }
  }

  /** One sweep, whoever else has swept. */
  async sweep(signal: AbortSignal): Promise<void> {
    const { redis, prefix, recheckGate } = this.#options;
    let isClosed = (await redis.exists(gateKey(prefix))) === 1;
    if (isClosed) {
      await recheckGate(signal);
      isClosed = (await redis.exists(gateKey(prefix))) === 1;
    }
    if (isClosed) await this.#tellWaiting(signal);
    else await this.#wakePrompts(signal);
    await this.#wakeReplies(signal);
  }

  async #wakePrompts(signal: AbortSignal): Promise<void> {
    const { turns, log } = this.#options;
    for await (const due of this.#due(this.#keys.waitingPrompts, promptsQueue, signal)) {
      log.info({ conversations: due.length }, 'prompt turns added by the sweeper');
      await turns.wakeAllPrompts(due);
    }
  }

  async #wakeReplies(signal: AbortSignal): Promise<void> {
    const { turns, log } = this.#options;
    for await (const due of this.#due(this.#keys.waitingReplies, '', signal)) {
      log.info({ conversations: due.length }, 'reply turns added by the sweeper');
      const split = due.map((member) => /^(\S+) (.*)$/su.exec(member));
      const byAccount = Map.groupBy(split, (parts) => parts?.[1] ?? '');
      for (const [account, members] of byAccount) {
        await turns.wakeAllReplies(
          account,
          members.map((parts) => parts?.[2] ?? ''),
        );
      }
    }
  }

  /** Pages of those that have waited and have no turn. What moves meanwhile is met the next time. */
  async *#due(
    key: string,
    queue: string,
    signal: AbortSignal,
    patienceMs = this.#options.patienceMs ?? 1000,
  ): AsyncGenerator<string[]> {
    const { redis, prefix, clock } = this.#options;
    const sinceMs = clock.now() - patienceMs;
    for (let offset = 0; !signal.aborted; offset += pageSize) {
      const answer = await dueScript.run(
        redis,
        [key],
        [sinceMs, offset, pageSize, rootKey(prefix), queue],
      );
      const [looked, due] = page.parse(answer);
      if (due.length > 0) yield due;
      if (looked < pageSize) return;
    }
  }

  /**
   * Tells everybody who waits, one notice an author, or a group. What is being worked on may yet end by itself:
   * it is left until it has no turn. Then it is enough for this incident: who comes later is told as
   * the prompt is taken in.
   */
  async #tellWaiting(signal: AbortSignal): Promise<void> {
    const { redis, prefix, log } = this.#options;
    const [incident, reason] = await redis.hmget(gateKey(prefix), 'incident', 'reason');
    const [told, swept] = await redis.hmget(this.#keys.told, 'incident', 'swept');
    if (told === incident && swept === '1') return;
    let notices = 0;
    let conversations = 0;
    for await (const due of this.#due(this.#keys.waitingPrompts, promptsQueue, signal, 0)) {
      conversations += due.length;
      for (const conversation of due) {
        if (signal.aborted) return;
        for (const raw of await redis.lrange(this.#keys.prompts(conversation), 0, -1)) {
          const entry = parsePromptEntry(raw);
          if (entry.kind === 'whole' && (await this.#tell(entry.prompt, reason ?? '')))
            notices += 1;
        }
      }
    }
    if (notices > 0) log.info({ incident, conversations, notices }, 'waiting authors told');
    if (conversations < (await redis.zcard(this.#keys.waitingPrompts))) return;
    await sweptScript.run(
      redis,
      [gateKey(prefix), this.#keys.told],
      [incident ?? '', toldLifetimeMs],
    );
  }

  async #tell(prompt: Prompt, reason: string): Promise<boolean> {
    const { redis, prefix, clock, turns, waitingNotice } = this.#options;
    const notice = waitingNotice(prompt, reason);
    const nowMs = clock.now();
    const pushed = await notifyScript.run(
      redis,
      [
        gateKey(prefix),
        this.#keys.told,
        this.#keys.prompts(prompt.conversation),
        this.#keys.replies(notice.conversation),
        this.#keys.waitingReplies,
      ],
      [
        toldAs(prompt),
        toldLifetimeMs,
        replyEntry(notice, nowMs),
        `${notice.account} ${notice.conversation}`,
        nowMs,
      ],
    );
    if (pushed !== 1) return false;
    await turns.wakeReplies(notice.account, notice.conversation);
    return true;
  }
}

const pageSize = 500;

const dueScript = loadScript('due');
const notifyScript = loadScript('told', 'notify');
const sweptScript = loadScript('swept');

const page = z.tuple([z.number(), z.array(z.string())]);
