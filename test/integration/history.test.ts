import { randomUUID } from 'node:crypto';

import { Redis } from 'ioredis';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Exchange, exchangeEntry } from '../../src/conversation/exchange.ts';
import { History } from '../../src/conversation/history.ts';
import { historyKey } from '../../src/redis/keys.ts';
import { TestRedis } from '../redis-server.ts';

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await TestRedis.start();
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
});

describe('the history of a conversation', () => {
  it('is what was appended to it, oldest first', async () => {
    const { history, append } = conversation();
    await append(exchangeEntry(exchange(1)), exchangeEntry(exchange(2)));
    expect((await history.load('c', 0)).exchanges).toEqual([exchange(1), exchange(2)]);
  });

  it('is empty for another conversation, another epoch, and once it is gone', async () => {
    const { history, append, key } = conversation();
    await append(exchangeEntry(exchange(1)));
    expect((await history.load('another', 0)).exchanges).toEqual([]);
    expect((await history.load('c', 1)).exchanges).toEqual([]);
    await redis.del(key);
    expect((await history.load('c', 0)).exchanges).toEqual([]);
  });

  it('leaves out what it cannot read, and says how much, but never what', async () => {
    const { history, append, logged } = conversation();
    const newer = { ...exchange(2), v: 2 };
    const strange = ['', '{', 'null', '[]', '"secret"', JSON.stringify(newer), '{"v":1}'];
    await append(exchangeEntry(exchange(1)), ...strange, exchangeEntry(exchange(3)));
    expect((await history.load('c', 0)).exchanges).toEqual([exchange(1), exchange(3)]);
    expect(logged).toMatchObject([{ conversation: 'c', unread: strange.length }]);
    expect(JSON.stringify(logged)).not.toContain('secret');
  });

  it('keeps what it knows of an entry that has more', async () => {
    const { history, append } = conversation();
    await append(JSON.stringify({ ...exchange(1), mood: 'fine' }));
    expect((await history.load('c', 0)).exchanges).toEqual([exchange(1)]);
  });

  it('holds only the newest that fit the budget', async () => {
    const { history, append } = conversation(100);
    const all = Array.from({ length: 50 }, (_, index) => exchange(index));
    await append(...all.map(exchangeEntry));
    const { exchanges: shown } = await history.load('c', 0);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.length).toBeLessThan(20);
    expect(shown).toEqual(all.slice(-shown.length));
  });
});

/** A history with a prefix of its own; what it logs is kept. */
function conversation(budgetTokens = 10_000) {
  const prefix = randomUUID();
  const logged: unknown[] = [];
  const log = pino({}, { write: (line: string) => void logged.push(JSON.parse(line)) });
  const key = historyKey(prefix, 'c', 0);
  return {
    key,
    logged,
    history: new History({ redis, prefix, budgetTokens, log }),
    append: (...entries: string[]) => redis.rpush(key, ...entries),
  };
}

function exchange(index: number): Exchange {
  return {
    v: 1,
    prompt: `question ${index}`,
    answer: `answer ${index}`,
    author: 'Ann',
    atMs: index,
  };
}
