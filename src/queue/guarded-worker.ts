import { DelayedError, type Job, type Telemetry, WaitingError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';

import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { letGo } from './let-go.ts';
import { QueueKeys } from './queue-keys.ts';
import { reportErrors } from './report-errors.ts';

/** What a turn sees of its own right to act. */
export interface Hold {
  /** Whether the lock was surely ours a moment ago. Asked before every effect. */
  mayAct(): boolean;
  /** Aborts with `LEASE_LOST` once the turn is not ours any more, or is to be handed back. */
  readonly signal: AbortSignal;
  /** Whether the process is ending: finish what is begun, begin nothing more. */
  isEnding(): boolean;
}

/** How a turn ends. */
export type TurnEnd =
  | { readonly kind: 'done' }
  /** Come back to this conversation later; the others go on. */
  | { readonly kind: 'delay'; readonly afterMs: number }
  /** Another worker is to begin at once. */
  | { readonly kind: 'hand-back' };

/** What a `GuardedWorker` is made of. */
export interface GuardedWorkerOptions {
  readonly queue: string;
  /** With `maxRetriesPerRequest: null`; one more connection is made of it, for blocking. */
  readonly redis: Redis;
  readonly prefix: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly concurrency: number;
  /** How long a turn's lock lasts unless it is renewed. */
  readonly lockMs: number;
  readonly turn: (conversation: string, hold: Hold) => Promise<TurnEnd>;
  readonly telemetry?: Telemetry | undefined;
}

/** How long a closing worker needs to let go of its blocking connection. */
const letGoMs = 30;
/** How long a turn of a newer version is left alone. */
const newerPauseMs = 1_000;

/**
 * A BullMQ worker whose turns know whether they may act. A process that was frozen, or cut off from
 * Redis, for longer than its lock finds that out by its own monotonic clock, before it does anything:
 * by then another one may have taken the turn.
 */
export class GuardedWorker implements AsyncDisposable {
  readonly #worker: LeasedWorker;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #turn: GuardedWorkerOptions['turn'];
  readonly #watch: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  constructor(options: GuardedWorkerOptions) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.#turn = options.turn;
    this.#worker = new LeasedWorker(options, async (job, token) => this.#run(job, token));
    reportErrors(this.#worker, this.#log, options.queue);
    this.#watch = setInterval(() => {
      for (const lease of this.#worker.leases) if (!lease.isHeld()) lease.lose();
    }, options.lockMs / 10);
    this.#watch.unref();
  }

  /** Resolves once the worker takes turns. */
  async ready(): Promise<void> {
    await this.#worker.waitUntilReady();
  }

  get activeTurns(): number {
    return this.#worker.leases.size;
  }

  /**
   * Takes no more turns, lets those under way end for `graceMs`, then hands back what is left.
   * The pause at the start matters: a worker that still waits for jobs would take them back itself.
   */
  async close(graceMs: number): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    await this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close(0);
  }

  async #close(graceMs: number): Promise<void> {
    const closed = this.#worker.close();
    const waiting = new AbortController();
    await this.#clock.sleep(letGoMs);
    const grace = this.#clock.sleep(graceMs, waiting.signal).catch(() => undefined);
    await Promise.race([closed, grace]);
    waiting.abort();
    for (const lease of this.#worker.leases) lease.handBack();
    if (!(await letGo(closed, this.#clock))) {
      this.#log.warn('queue worker does not close, left behind');
    }
    clearInterval(this.#watch);
  }

  /** A turn of a newer version is put back for a moment, so that a newer worker may take it. */
  async #begin(v: number, conversation: string, hold: Hold): Promise<TurnEnd> {
    if (v <= knownVersion) return this.#turn(conversation, hold);
    this.#log.error(
      { v, code: 'RECORD_NEWER' },
      'turn is of a newer version, left for a newer worker',
    );
    return { kind: 'delay', afterMs: newerPauseMs };
  }

  async #run(job: Job, token = ''): Promise<void> {
    const { v, conversation } = turnData.parse(job.data);
    using lease = this.#worker.lease(job, token);
    try {
      const end = await this.#begin(v, conversation, {
        mayAct: () => lease.isHeld(),
        signal: lease.signal,
        isEnding: () => this.#closing !== undefined,
      });
      switch (end.kind) {
        case 'done':
          return;
        case 'delay':
          await job.moveToDelayed(Date.now() + end.afterMs, token);
          throw new DelayedError();
        case 'hand-back':
          await job.moveToWait(token);
          throw new WaitingError();
      }
    } catch (error) {
      if (!(error instanceof DelayedError) && !(error instanceof WaitingError)) {
        // BullMQ runs the turn again after its backoff; if the lock is lost, another worker does.
        this.#log.warn({ err: error, conversation }, 'turn broke off');
      }
      throw error;
    }
  }
}

/** The highest `v` of a turn that this program understands. */
const knownVersion = 1;
const turnData = z.looseObject({ v: z.number().default(1), conversation: z.string().default('') });

/**
 * One run of one turn. The same job may run twice in a process, the older run having lost its lock:
 * so a lease is told by job and token.
 */
class Lease implements Disposable {
  readonly job: string;
  readonly token: string;
  /** When the lock was last surely ours, by the monotonic clock. */
  renewedAtMs: number;
  readonly #abort = new AbortController();
  readonly #clock: Clock;
  readonly #validMs: number;
  readonly #all: Set<Lease>;

  constructor(
    job: string,
    token: string,
    ageMs: number,
    clock: Clock,
    lockMs: number,
    all: Set<Lease>,
  ) {
    this.job = job;
    this.token = token;
    this.renewedAtMs = clock.monotonic() - ageMs;
    this.#clock = clock;
    this.#validMs = lockMs * 0.8;
    this.#all = all;
    all.add(this);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  isHeld(): boolean {
    if (this.#abort.signal.aborted) return false;
    return this.#clock.monotonic() - this.renewedAtMs < this.#validMs;
  }

  lose(): void {
    const why = `the lock of turn ${this.job} was not renewed in time; another worker goes on with it`;
    this.#abort.abort(new BridgeError('LEASE_LOST', why));
  }

  handBack(): void {
    const why = `the process is ending and hands turn ${this.job} back; another worker goes on with it`;
    this.#abort.abort(new BridgeError('LEASE_LOST', why));
  }

  [Symbol.dispose](): void {
    this.#all.delete(this);
  }
}

/** Knows when each lock was last surely ours: the moment before the call that renewed it. */
class LeasedWorker extends Worker {
  readonly leases = new Set<Lease>();
  readonly #clock: Clock;
  readonly #lockMs: number;

  constructor(
    options: GuardedWorkerOptions,
    process: (job: Job, token: string | undefined) => Promise<void>,
  ) {
    super(options.queue, process, {
      connection: options.redis,
      prefix: new QueueKeys(options.prefix).bullmq,
      concurrency: options.concurrency,
      lockDuration: options.lockMs,
      stalledInterval: options.lockMs / 2,
      maxStalledCount: 1_000_000_000,
      drainDelay: 1,
      runRetryDelay: 500,
      ...(options.telemetry === undefined ? {} : { telemetry: options.telemetry }),
    });
    this.#clock = options.clock;
    this.#lockMs = options.lockMs;
  }

  /** BullMQ stamps `processedOn` by the wall clock, before it sends the script that locks. */
  lease(job: Job, token: string): Lease {
    const ageMs = Math.max(0, Date.now() - (job.processedOn ?? 0));
    return new Lease(job.id ?? '', token, ageMs, this.#clock, this.#lockMs, this.leases);
  }

  override async extendJobLocks(
    ids: string[],
    tokens: string[],
    durationMs: number,
  ): Promise<string[]> {
    const beforeMs = this.#clock.monotonic();
    const failed = new Set(await super.extendJobLocks(ids, tokens, durationMs));
    const tokenOf = new Map(ids.map((id, index) => [id, tokens[index]]));
    for (const lease of this.leases) {
      if (tokenOf.get(lease.job) !== lease.token) continue;
      if (failed.has(lease.job)) lease.lose();
      else lease.renewedAtMs = beforeMs;
    }
    return [...failed];
  }
}
