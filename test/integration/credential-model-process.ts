import type { Redis } from 'ioredis';

import { systemClock } from '../../src/clock.ts';
import type { CredentialServiceOptions } from '../../src/credentials/assemble.ts';
import { CredentialService } from '../../src/credentials/service.ts';
import { around, scriptCalls } from './credential-around.ts';
import { classify, mortal, quick } from './credential-model.ts';

type Deployment = Pick<
  CredentialServiceOptions,
  'prefix' | 'dataDir' | 'openFile' | 'ring' | 'issuer' | 'owner' | 'onEvent'
>;

/** One process of the model: it can die, miss the news, say things twice, and have a wrong clock. */
export class ModelProcess implements AsyncDisposable {
  service: CredentialService | null = null;
  life: ReturnType<typeof mortal>['life'];
  /** Whether what is published does not reach it. */
  deaf = false;
  /** So many of its next scripts reach Redis twice, as after a lost connection. */
  repeats = 0;
  clockOffMs = 0;
  /** Whether Redis answers: `after` does one more thing of it and loses the reply. */
  away: 'before' | 'after' | null = null;
  readonly #redis: Redis;
  readonly #subscriber: Redis;
  readonly #retired: CredentialService[] = [];

  constructor(pair: { readonly redis: Redis; readonly subscriber: Redis }) {
    this.#redis = pair.redis;
    this.#subscriber = pair.subscriber;
    this.life = mortal(pair.redis, 0, 'before').life;
  }

  /** Starts it, in place of one that died; it hears and has the right time again. */
  async start(deployment: Deployment): Promise<void> {
    if (this.service !== null) this.#retired.push(this.service);
    Object.assign(this, { deaf: false, repeats: 0, clockOffMs: 0 });
    const repeating = around(this.#redis, scriptCalls, async (run) => {
      const reply = await run();
      if (this.repeats === 0) return reply;
      this.repeats -= 1;
      return run();
    });
    const leaving = around(repeating, [...scriptCalls, 'info', 'call'], async (run) => {
      if (this.away === null) return run();
      const isDone = this.away === 'after';
      this.away = 'before';
      if (isDone) await run();
      throw new Error('Redis is away');
    });
    const { connection, life } = mortal(leaving, 0, 'before');
    this.life = life;
    this.service = await CredentialService.start({
      ...deployment,
      redis: connection,
      subscriber: this.#ear(),
      classify,
      clock: { ...systemClock, now: () => systemClock.now() + this.clockOffMs },
      timings: {
        ...quick,
        storeMs: 20_000,
        callerMs: 150,
        resendHoldMs: 0,
        drainMs: 1_201,
        retries: 0,
      },
    });
  }

  /** Loses Redis, for it to be back at `comeBack`. */
  loseRedis(when: 'before' | 'after'): void {
    if (this.away !== null) return;
    this.away = when;
    this.#redis.emit('close');
  }

  comeBack(): void {
    if (this.away === null) return;
    this.away = null;
    this.#redis.emit('ready');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.life.dead) void this.service?.[Symbol.asyncDispose]();
    else await this.service?.[Symbol.asyncDispose]();
    for (const service of this.#retired) void service[Symbol.asyncDispose]();
  }

  /** The subscriber, whose messages do not come through while this process is deaf. */
  #ear(): Redis {
    const heard = new Map<unknown, (channel: string, message: string) => void>();
    return new Proxy(this.#subscriber, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name, target);
        if (typeof value !== 'function') return value;
        return (...args: unknown[]): unknown => {
          const [event, listener] = args;
          if ((name !== 'on' && name !== 'off') || event !== 'message') {
            return Reflect.apply(value, target, args);
          }
          const filtered = heard.get(listener) ?? this.#filter(listener);
          heard.set(listener, filtered);
          return Reflect.apply(value, target, [event, filtered]);
        };
      },
    });
  }

  #filter(listener: unknown): (channel: string, message: string) => void {
    return (channel, message) => {
      if (!this.deaf && typeof listener === 'function') listener(channel, message);
    };
  }
}
