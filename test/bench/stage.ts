import { Redis } from 'ioredis';

import { noLimits, type Limits } from '../../sandbox/telegram/rate-limits.ts';
import { TelegramSandbox } from '../../sandbox/telegram/telegram-sandbox.ts';
import { XaiSandbox } from '../../sandbox/xai/sandbox.ts';
import { systemClock } from '../../src/clock.ts';
import { TestRedis } from '../redis-server.ts';
import { BridgeProcess } from './bridge-process.ts';
import { Child, type Usage } from './child.ts';
import { endWithUs } from './end-with-us.ts';

/** A bot under test, in a process of its own, with the Telegram that it alone polls. */
export interface Contestant extends AsyncDisposable {
  readonly name: string;
  readonly telegram: TelegramSandbox;
  usage(): Promise<Usage>;
}

/** Who is compared: the bridge with a bot that does as little as can be, and one that queues as simply as can be. */
export const rivals = ['bridge', 'queued', 'bare'] as const;

export type Rivals<T> = Readonly<Record<(typeof rivals)[number], T>>;

/** The same of each of them. */
export function ofEach<T>(make: (rival: (typeof rivals)[number]) => T): Rivals<T> {
  return { bridge: make('bridge'), queued: make('queued'), bare: make('bare') };
}

/** What Grok answers: a paragraph, without Markdown, so that it is shown as it was said. */
export const answer =
  'An answer as people get them: a few sentences, not too many of them, without any markup. '.repeat(
    3,
  ) + 'That is all.';

/** Milliseconds since 1970 with their fractions: the sandboxes' own stamps would be too coarse. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

/** A Redis and a Grok that answers at once, for as many bots as are compared. */
export class Stage implements AsyncDisposable {
  readonly server: TestRedis;
  readonly redis: Redis;
  readonly xai: XaiSandbox;
  readonly #stack: AsyncDisposableStack;
  #bots = 0;

  private constructor(server: TestRedis, xai: XaiSandbox, stack: AsyncDisposableStack) {
    this.server = server;
    this.xai = xai;
    this.#stack = stack;
    this.redis = stack.adopt(new Redis(server.url), (redis) => redis.disconnect());
  }

  static async build(): Promise<Stage> {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await TestRedis.start());
    endWithUs(server.pid);
    const clock = { ...systemClock, now: preciseNow };
    const xai = stack.use(await XaiSandbox.start({ clock, answer: () => answer }));
    return new Stage(server, xai, stack.move());
  }

  /** Telegram with a bot of its own; without limits unless some are given. */
  async telegram(limits: Limits = noLimits): Promise<TelegramSandbox> {
    // Each counts its updates from the same number: with one id, Redis would know them all.
    this.#bots += 1;
    const botId = 7_000_000_000 + this.#bots;
    return this.#stack.use(await TelegramSandbox.start({ botId, limits }));
  }

  /** The bridge; ends with its disposal, at the latest with the stage. */
  async bridge(
    telegram: TelegramSandbox,
    environment: Record<string, string> = {},
    nodeOptions: readonly string[] = [],
  ): Promise<Contestant> {
    const bridge = this.#stack.use(
      await BridgeProcess.start(
        { REDIS_URL: this.server.url, ...this.#accounts(telegram), ...environment },
        nodeOptions,
      ),
    );
    return contestant('bridge', telegram, bridge);
  }

  async bareBot(telegram: TelegramSandbox): Promise<Contestant> {
    const child = this.#stack.use(await Child.start('./bare-bot.ts', this.#accounts(telegram)));
    return contestant('bare bot', telegram, child);
  }

  /** The bare bot with plain BullMQ in it, see `queued-bot.ts`. */
  async queuedBot(telegram: TelegramSandbox): Promise<Contestant> {
    const environment = { REDIS_URL: this.server.url, ...this.#accounts(telegram) };
    const child = this.#stack.use(await Child.start('./queued-bot.ts', environment));
    return contestant('plain BullMQ', telegram, child);
  }

  /** Another part of the bench that uses the same Redis. */
  async child(file: string): Promise<Child> {
    return this.#stack.use(await Child.start(file, { REDIS_URL: this.server.url }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  #accounts(telegram: TelegramSandbox): Record<string, string> {
    return {
      TELEGRAM_TOKEN: telegram.token,
      TELEGRAM_API_URL: telegram.url,
      XAI_API_URL: this.xai.apiUrl,
      XAI_API_KEY: this.xai.apiKey,
    };
  }
}

function contestant(
  name: string,
  telegram: TelegramSandbox,
  process: BridgeProcess | Child,
): Contestant {
  return {
    name,
    telegram,
    usage: async () => process.usage(),
    [Symbol.asyncDispose]: async () => process[Symbol.asyncDispose](),
  };
}
