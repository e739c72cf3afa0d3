import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Clock } from '../../src/clock.ts';
import type { TokenSource } from '../../src/grok/token-source.ts';
import { RedisConnections } from '../../src/redis/connection.ts';
import { rootKey } from '../../src/redis/keys.ts';
import { ModelList } from '../../src/redis/model-list.ts';
import { keepModels } from '../../src/roles/keep-models.ts';
import { answering } from '../answering.ts';
import { FakeClock } from '../fake-clock.ts';
import { TestRedis } from '../redis-server.ts';
import { Events } from './queue-harness.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const log = pino({ level: 'silent' });

let server: TestRedis;
let connections: RedisConnections;
let redis: Redis;

beforeAll(async () => {
  server = await TestRedis.start();
  connections = new RedisConnections(server.url, log);
  redis = await connections.connect('test');
});

afterAll(async () => {
  await connections[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

describe('what models there are', () => {
  it('is asked once, and read by every process that shares the Redis', async () => {
    await using xai = await listing();
    await using fleet = new Fleet(xai.url);
    await fleet.start();
    const other = await fleet.start();
    expect(xai.asked).toEqual(['/language-models']);
    const seen = [{ id: 'grok-one', aliases: ['one'], inputs: ['text', 'image'] }];
    expect(await new ModelList(redis, fleet.prefix).read()).toEqual(seen);
    // It comes back when the list that it has found is an hour old.
    expect(other.slept.all[0]).toBeGreaterThan(hourMs - minuteMs);
    expect(other.slept.all[0]).toBeLessThanOrEqual(hourMs);
  });

  it('is not asked again within the hour, then by whoever comes first, for all', async () => {
    await using xai = await listing();
    await using fleet = new Fleet(xai.url);
    const [first, second] = [await fleet.start(), await fleet.start()];
    await first.clock.advance(hourMs - 1);
    expect([xai.asked.length, first.slept.all.length]).toEqual([1, 1]);
    await fleet.age(hourMs);
    await first.clock.advance(1);
    await first.slept.until((all) => all.length === 2);
    expect(xai.asked).toHaveLength(2);
    await second.clock.advance(hourMs);
    await second.slept.until((all) => all.length === 2);
    expect(xai.asked).toHaveLength(2);
  });

  it('is kept while xAI is away, which is asked again every minute', async () => {
    let isAway = false;
    await using xai = await listing(() => isAway);
    await using fleet = new Fleet(xai.url);
    const { clock, slept } = await fleet.start();
    isAway = true;
    await fleet.age(hourMs);
    const leftMs = await fleet.leftMs();
    await clock.advance(hourMs);
    for (const times of [2, 3]) {
      await slept.until((all) => all.length === times);
      expect(slept.all.at(-1)).toBe(minuteMs);
      expect(await new ModelList(redis, fleet.prefix).read()).toHaveLength(1);
      await clock.advance(minuteMs);
    }
    await slept.until((all) => all.length === 4);
    // Failing makes it no newer.
    expect(await fleet.leftMs()).toBeLessThanOrEqual(leftMs);
    isAway = false;
    await clock.advance(minuteMs);
    await slept.until((all) => all.length === 5);
    expect(slept.all.at(-1)).toBe(hourMs);
    expect(await fleet.leftMs()).toBeGreaterThan(leftMs);
  });

  it('is forgotten a day after it was last told', async () => {
    await using xai = await listing();
    await using fleet = new Fleet(xai.url);
    await fleet.start();
    const leftMs = await fleet.leftMs();
    expect(leftMs).toBeGreaterThan(24 * hourMs - minuteMs);
    expect(leftMs).toBeLessThanOrEqual(24 * hourMs);
    await fleet.age(leftMs);
    const list = new ModelList(redis, fleet.prefix);
    expect([await list.read(), await list.ageMs()]).toEqual([[], null]);
  });
});

/** Processes that keep one list. */
class Fleet implements AsyncDisposable {
  readonly prefix = randomUUID();
  readonly #url: string;
  readonly #stack = new AsyncDisposableStack();

  constructor(url: string) {
    this.#url = url;
  }

  /** Starts one; resolves when it has looked and waits to look again. */
  async start() {
    const clock = new FakeClock();
    const slept = new Events<number>();
    const noting: Clock = {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      sleep: async (ms, signal) => {
        const sleeping = clock.sleep(ms, signal);
        slept.push(ms);
        return sleeping;
      },
    };
    const config = {
      XAI_API_URL: this.#url,
      GROK_API: 'responses' as const,
      GROK_MODEL: 'grok-one',
    };
    keepModels({ config, redis, prefix: this.prefix, clock: noting, log }, tokens, this.#stack);
    await slept.until((all) => all.length === 1);
    return { clock, slept };
  }

  /** Makes the list older: Redis has no clock that can be set. */
  async age(ms: number): Promise<void> {
    await redis.pexpire(this.#key, (await this.leftMs()) - ms);
  }

  async leftMs(): Promise<number> {
    return redis.pttl(this.#key);
  }

  get #key(): string {
    return `${rootKey(this.prefix)}:models`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}

const tokens: TokenSource = {
  begin: () => ({
    acquire: async () => ({ secret: 'secret', credential: 'test', epoch: 1, generation: 1 }),
    refused: async () => 'give-up',
    accepted: () => undefined,
  }),
};

/** An API that lists a model, while it is not away. */
async function listing(isAway = () => false) {
  const model = {
    id: 'grok-one',
    aliases: ['one'],
    input_modalities: ['text', 'image'],
    output_modalities: ['text'],
  };
  return answering((_url, response) => {
    if (isAway()) response.statusCode = 503;
    return JSON.stringify({ models: [model] });
  });
}
