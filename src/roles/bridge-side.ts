import type { Redis } from 'ioredis';
import type { Logger } from 'pino';

import { Access, newCode } from '../chat/access.ts';
import type { Conversations } from '../chat/conversations.ts';
import type { Insight, SignIn } from '../chat/insight.ts';
import type { Adapter, AdapterDefinition } from '../chat/port.ts';
import type { Prompts } from '../chat/prompts.ts';
import type { Clock } from '../clock.ts';
import type { Metrics } from '../console/metrics.ts';
import { partLog } from '../log.ts';
import type { TurnQueues } from '../queue/turn-queues.ts';
import { RedisAccessStore } from '../redis/access-store.ts';
import { RedisMemory } from '../redis/memory.ts';
import { AccountBridge } from './account-bridge.ts';
import { conversationsOf } from './conversations.ts';
import type { Foundation } from './foundation.ts';
import { insightInto } from './insight.ts';
import type { Queues } from './queues.ts';
import { signInByChat } from './sign-in-by-chat.ts';
import type { Traced } from './telemetry.ts';

/** What the accounts of one bridge share. */
export interface BridgeParts extends Traced {
  readonly redis: Redis;
  /** Subscribed connections can do nothing else. */
  readonly subscriber: Redis;
  readonly prefix: string;
  readonly turns: TurnQueues;
  readonly prompts: Prompts;
  readonly conversations: Conversations;
  readonly insight: Insight;
  readonly signIn: SignIn;
  /** `GROUP_CONVERSATIONS`. */
  readonly groups: 'shared' | 'per-user';
  readonly access: Access;
  readonly accessStore: RedisAccessStore;
  readonly historyLifetimeMs: number;
  /** No other process serves any account: the leases of the last run are nobody's. */
  readonly isAlone: boolean;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The bridge's part of a process: every configured account, connected and served. */
export class BridgeSide {
  readonly #accounts: readonly AccountBridge[];
  readonly #final = Promise.withResolvers<never>();

  private constructor(accounts: readonly AccountBridge[]) {
    this.#accounts = accounts;
    this.#final.promise.catch(() => undefined);
  }

  /**
   * Connects all accounts, then begins to serve them.
   * @throws {BridgeError} what the first platform to refuse says
   */
  static async start(
    foundation: Foundation,
    shared: Queues & Pick<BridgeParts, 'historyLifetimeMs'>,
    definitions: readonly AdapterDefinition[],
  ): Promise<BridgeSide> {
    const { config, redis, connections, prefix, metrics, clock, log } = foundation;
    const accessStore = new RedisAccessStore(redis, prefix);
    const claimCode = newCode();
    const access = new Access({
      rules: { mode: config.ACCESS, owners: config.OWNERS, allow: config.ALLOW, claimCode },
      store: accessStore,
      clock,
    });
    const parts: BridgeParts = {
      ...shared,
      conversations: conversationsOf(foundation, shared),
      insight: insightInto(foundation, shared),
      signIn: signInByChat(foundation),
      groups: config.GROUP_CONVERSATIONS,
      redis,
      subscriber: await connections.connect('grok-bridge-previews'),
      prefix,
      access,
      accessStore,
      isAlone: foundation.isAlone,
      tracing: foundation.tracing,
      queueTelemetry: foundation.queueTelemetry,
      metrics,
      clock,
      log,
    };
    const accounts = definitions.map((definition) => {
      const account = () => adapter.account;
      const memory = new RedisMemory({ redis, prefix, account, clock });
      const tools = { log: partLog(log, { platform: definition.name }), clock, memory };
      const adapter: Adapter = definition.create(config.adapters.get(definition.name), tools);
      return new AccountBridge(definition.name, adapter, parts);
    });
    const side = new BridgeSide(accounts);
    try {
      const deadline = AbortSignal.timeout(30_000);
      await Promise.all(accounts.map(async (account) => account.connect(deadline)));
    } catch (error) {
      await side.close(0);
      throw error;
    }
    for (const account of accounts) account.start((error) => side.#final.reject(error));
    side.#watch(foundation);
    const isOnlyLocal = definitions.every(({ name }) => name === 'terminal');
    if (!isOnlyLocal && config.ACCESS === 'pairing' && (await access.needsOwner())) {
      log.warn({ claimCode }, 'nobody owns the bot yet: send it this code in a private chat');
    }
    return side;
  }

  /** Rejects when a platform has refused us for good. */
  get final(): Promise<never> {
    return this.#final.promise;
  }

  get accounts(): readonly string[] {
    return this.#accounts.map(({ account }) => account);
  }

  /** How each account is at this moment. */
  views() {
    return this.#accounts.map(({ platform, account, displayName, state, lastEventAtMs }) => ({
      platform,
      account,
      displayName,
      state,
      lastEventAtMs,
    }));
  }

  /** Takes no more messages in; what was taken is answered. */
  stopIntake(): void {
    for (const account of this.#accounts) account.stopIntake();
  }

  async close(graceMs: number): Promise<void> {
    await Promise.all(this.#accounts.map(async (account) => account.close(graceMs)));
  }

  #watch({ health, metrics }: Foundation): void {
    for (const account of this.#accounts) {
      const { platform } = account;
      health.add(platform, () => {
        const detail = { state: account.state, lastEventAtMs: account.lastEventAtMs };
        return account.state === 'down'
          ? { kind: 'not-ready', reason: 'not connected', detail }
          : { kind: 'ready', detail };
      });
      metrics.onScrape(() => {
        metrics.platformUp.set({ platform }, account.state === 'up' ? 1 : 0);
        const { lastEventAtMs } = account;
        if (lastEventAtMs !== null) {
          metrics.platformLastEvent.set({ platform }, lastEventAtMs / 1000);
        }
      });
    }
  }
}
