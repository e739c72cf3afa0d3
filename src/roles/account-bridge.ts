import { randomUUID } from 'node:crypto';

import { Admission } from '../chat/admit.ts';
import type { AdmissionOptions } from '../chat/admit.ts';
import { Gathering } from '../chat/gathering.ts';
import { Outbox } from '../chat/outbox.ts';
import type { Adapter } from '../chat/port.ts';
import { BridgeError } from '../errors.ts';
import { partLog } from '../log.ts';
import { aborted } from '../process.ts';
import { PreviewSubscriber } from '../queue/previews.ts';
import { QueueKeys, repliesQueue } from '../queue/queue-keys.ts';
import { reclaimTurns } from '../queue/reclaim.ts';
import { RedisPartStore } from '../queue/redis-part-store.ts';
import { RedisReceipts } from '../queue/redis-receipts.ts';
import { ReplyTurns } from '../queue/reply-turns.ts';
import { rootKey } from '../redis/keys.ts';
import { Lease } from '../redis/lease.ts';
import { RedisPromptFiles } from '../redis/prompt-files.ts';
import type { BridgeParts } from './bridge-side.ts';
import { observedAdapter } from './observed-adapter.ts';
import { reachPlatform } from './reach-platform.ts';
import { tracedIntake, tracedPrompts } from './traced-prompts.ts';

/** How long a platform may be out of reach at the start. */
const reachForMs = 25_000;

const leaseTimes = { lifeMs: 5000, renewEveryMs: 1500 };

/** How many conversations of an account are delivered to side by side. */
const deliveries = 200;

/**
 * One account on one platform: stands by until it holds the account's lease, then takes messages in
 * and delivers replies, until it is told to stop or the lease is lost; then stands by again.
 */
export class AccountBridge {
  readonly platform: string;
  readonly #adapter: Adapter;
  readonly #parts: BridgeParts;
  readonly #intake = new AbortController();
  readonly #service = new AbortController();
  #graceMs = 0;
  #isServing = false;
  #running: Promise<void> = Promise.resolve();

  constructor(platform: string, adapter: Adapter, parts: BridgeParts) {
    this.platform = platform;
    this.#adapter = adapter;
    this.#parts = parts;
  }

  /** Asks the platform who we are; what is wrong with the token is said here. */
  async connect(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    const log = partLog(this.#parts.log, { platform: this.platform });
    const connect = async (until: AbortSignal) => this.#adapter.connect(until);
    await reachPlatform(connect, { clock, log, forMs: reachForMs }, signal);
    const { account, displayName } = this.#adapter;
    this.#parts.log.info({ platform: this.platform, account, displayName }, 'platform connected');
  }

  /** Begins to serve; `onFinal` is told what ends it for good. */
  start(onFinal: (error: unknown) => void): void {
    this.#running = this.#run().catch((error: unknown) => {
      if (!this.#service.signal.aborted) onFinal(error);
    });
  }

  get account(): string {
    return this.#adapter.account;
  }

  get displayName(): string {
    return this.#adapter.displayName;
  }

  /** `standby`: another process serves the account. */
  get state(): 'up' | 'down' | 'standby' {
    if (!this.#isServing) return 'standby';
    return this.#adapter.health().up ? 'up' : 'down';
  }

  get lastEventAtMs(): number | null {
    return this.#adapter.health().lastEventAtMs;
  }

  /** Takes no more messages in; replies go on. */
  stopIntake(): void {
    this.#intake.abort(new BridgeError('STOPPED', 'the bridge is stopping'));
  }

  /** Lets deliveries end for `graceMs`, hands the account over, closes the adapter. */
  async close(graceMs: number): Promise<void> {
    this.stopIntake();
    this.#graceMs = graceMs;
    this.#service.abort(new BridgeError('STOPPED', 'the bridge is stopping'));
    await this.#running;
    await this.#adapter[Symbol.asyncDispose]();
  }

  async #run(): Promise<void> {
    const { redis, prefix, clock, log } = this.#parts;
    const key = `${rootKey(prefix)}:lease:${this.account}`;
    if (this.#parts.isAlone) await redis.del(key);
    while (!this.#intake.signal.aborted) {
      const options = { ...leaseTimes, clock };
      await using lease = await Lease.acquire(redis, key, options, this.#service.signal);
      log.info({ account: this.account }, 'account taken');
      // Whoever had the lease may deliver nothing any more: what it had under way goes on at once.
      await reclaimTurns(redis, prefix, repliesQueue(this.account));
      await this.#serve(lease);
      log.info({ account: this.account }, 'account given up');
    }
  }

  async #serve(lease: Lease): Promise<void> {
    const { redis, subscriber, prefix, turns, clock, metrics, tracing } = this.#parts;
    const [chatLog, queueLog] = [
      partLog(this.#parts.log, 'chat'),
      partLog(this.#parts.log, 'queue'),
    ];
    const account = this.account;
    const holder = randomUUID();
    const keys = new QueueKeys(prefix);
    await using stack = new AsyncDisposableStack();
    stack.defer(() => {
      if (outbox.isQuiet) lease.leaveInOrder();
    });
    const outbox = stack.use(
      new Outbox({
        adapter: observedAdapter(this.#adapter, { platform: this.platform, metrics, tracing }),
        receipts: new RedisReceipts({ redis, prefix, holder }),
        pendingReplies: async (conversation) => redis.llen(keys.replies(conversation)),
        mayAct: () => lease.isHeld(),
        lost: lease.signal,
        ...(lease.followsInOrder ? { predecessorEditsForMs: 0 } : {}),
        clock,
        log: chatLog,
        onResend: () => metrics.resends.inc({ platform: this.platform }),
      }),
    );
    const replies = new ReplyTurns({
      redis,
      prefix,
      account,
      holder,
      turns,
      clock,
      log: queueLog,
      metrics: {
        delivered: (reply, tookMs) => {
          if (reply.final && reply.kind === 'answer') metrics.replySeconds.observe(tookMs / 1000);
        },
        deadLettered: () =>
          metrics.prompts.inc({ platform: this.platform, outcome: 'undelivered' }),
      },
      deliver: async (reply, turn, signal) => {
        const facts = { reply: reply.id, kind: reply.kind };
        return tracing.span('deliver', { kind: 'consumer', from: reply.trace, facts }, async () =>
          outbox.deliver(reply, turn, signal),
        );
      },
      telemetry: this.#parts.queueTelemetry,
      concurrency: deliveries,
      historyLifetimeMs: this.#parts.historyLifetimeMs,
    });
    stack.defer(async () => replies.close(lease.isHeld() ? this.#graceMs : 0));
    const previews = stack.use(
      new PreviewSubscriber({
        subscriber,
        prefix,
        account,
        log: queueLog,
        show: (preview) => tracing.under(preview.trace, () => outbox.preview(preview)),
      }),
    );
    await Promise.all([replies.ready(), previews.ready]);

    this.#isServing = true;
    stack.defer(() => {
      this.#isServing = false;
    });
    const admission = new Admission({
      account,
      prompts: tracedPrompts(this.#parts.prompts, tracing),
      conversations: this.#parts.conversations,
      insight: this.#parts.insight,
      signIn: this.#parts.signIn,
      groups: this.#parts.groups,
      access: this.#parts.access,
      owners: this.#parts.accessStore,
      files: this.#files(),
      onRefused: (reason, of) =>
        metrics.refused.inc({
          platform: this.platform,
          reason,
          ...(of === undefined ? {} : { of }),
        }),
      clock,
      log: chatLog,
    });
    const until = AbortSignal.any([this.#intake.signal, lease.signal]);
    const parts = new RedisPartStore({ redis, prefix, account });
    const gathering = new Gathering(
      { intake: tracedIntake(admission, this.platform, tracing), parts, clock, log: chatLog },
      lease.signal,
    );
    await gathering.resume();
    await this.#adapter.listen(gathering, until);
    await gathering.end();
    await aborted(AbortSignal.any([this.#service.signal, lease.signal]));
  }

  #files(): AdmissionOptions['files'] {
    const { redis, prefix } = this.#parts;
    const adapter = this.#adapter;
    if (!('fetchFile' in adapter)) return undefined;
    return {
      fetchFile: async (...args) =>
        adapter.fetchFile?.(...args) ?? { kind: 'failed', why: 'the adapter fetches no files' },
      store: new RedisPromptFiles(redis, prefix),
    };
  }
}
