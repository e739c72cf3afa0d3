import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { PreviewPublisher, PreviewSubscriber } from '../../src/queue/previews.ts';
import { RedisReceipts } from '../../src/queue/redis-receipts.ts';
import { ReplyList } from '../../src/queue/reply-list.ts';
import type { Preview } from '../../src/reply.ts';
import { TestRedis } from '../redis-server.ts';
import { account, Deployment, Events, prompt, quiet, words } from './queue-harness.ts';

let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

const say = async (deployment: Deployment, c: string, n: number) =>
  deployment.queue.say(`m-${c}-${n}`, words(prompt(c, n), `${c} ${n}`, true));

describe('replies', () => {
  it('are delivered in order and one at a time in a conversation, side by side in several', async () => {
    await using deployment = new Deployment(server.url);
    const delivered = new Events<string>();
    const running = new Set<string>();
    let most = 0;
    for (let n = 1; n <= 20; n += 1) for (const c of ['a', 'b', 'c']) await say(deployment, c, n);
    await deployment.bridge(async ({ conversation, text }, delivering) => {
      expect(running.has(conversation)).toBe(false);
      expect(delivering.mayAct()).toBe(true);
      running.add(conversation);
      most = Math.max(most, running.size);
      await deployment.redis.ping();
      running.delete(conversation);
      delivered.push(text);
      return { kind: 'delivered' };
    });
    await delivered.until((all) => all.length === 60);
    for (const c of ['a', 'b', 'c']) {
      const own = delivered.all.filter((text) => text.startsWith(c));
      expect(own).toEqual(Array.from({ length: 20 }, (_, index) => `${c} ${index + 1}`));
    }
    expect(most).toBeGreaterThan(1);
  });

  it('that have to wait hold up those behind them, and no other conversation', async () => {
    await using deployment = new Deployment(server.url);
    const delivered = new Events<string>();
    const tries: number[] = [];
    await say(deployment, 'a', 1);
    await say(deployment, 'a', 2);
    await say(deployment, 'b', 1);
    await deployment.bridge(
      async ({ text }) => {
        if (text === 'a 1' && tries.push(Date.now()) < 2) return { kind: 'later', afterMs: 300 };
        delivered.push(text);
        return { kind: 'delivered' };
      },
      { concurrency: 1 },
    );
    await delivered.until((all) => all.length === 3);
    expect(delivered.all).toEqual(['b 1', 'a 1', 'a 2']);
    expect((tries[1] ?? 0) - (tries[0] ?? 0)).toBeGreaterThanOrEqual(290);
  });

  it('whose delivery throws each time are given up, and those behind them go on', async () => {
    await using deployment = new Deployment(server.url);
    const delivered = new Events<string>();
    let tries = 0;
    await say(deployment, 'a', 1);
    await deployment.redis.rpush(deployment.keys.replies(`${account}.a`), 'nonsense');
    await say(deployment, 'a', 2);
    await deployment.bridge(
      async ({ text }) => {
        if (text === 'a 1') {
          tries += 1;
          throw new TypeError('a fault of ours');
        }
        delivered.push(text);
        return { kind: 'delivered' };
      },
      { tuning: { faultDelaysMs: [1, 1] } },
    );
    await delivered.until((all) => all.includes('a 2'));
    expect(tries).toBe(3);
    expect(await deployment.redis.llen(deployment.keys.deadLetters)).toBe(2);
  });

  it('are known to be taken over by a bridge that did not begin them', async () => {
    await using deployment = new Deployment(server.url);
    const seen = new Events<string>();
    const old = await deployment.bridge(
      async ({ text }, { takenOver }, signal) => {
        seen.push(`old ${text} ${takenOver}`);
        // Nothing was shown when it is told to give up.
        return new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('given up')));
        });
      },
      { holder: 'old' },
    );
    await say(deployment, 'a', 1);
    await say(deployment, 'a', 2);
    await seen.until((all) => all.length === 1);
    // A preview of the second was posted by the old one, too.
    const { redis, prefix } = deployment;
    const receipts = new RedisReceipts({ redis, prefix, holder: 'old' });
    await receipts.sending('a-2', 0);
    await say(deployment, 'a', 3);
    await old.close(0);
    await deployment.bridge(
      async ({ text }, { takenOver, isUntouched }) => {
        seen.push(`new ${text} ${takenOver} ${isUntouched}`);
        return { kind: 'delivered' };
      },
      { holder: 'new' },
    );
    await seen.until((all) => all.length === 4);
    expect(seen.all).toEqual([
      'old a 1 false',
      'new a 1 true true',
      'new a 2 true false',
      'new a 3 false true',
    ]);
  });
});

describe('receipts', () => {
  it('say of each chunk whether it was begun or is there, and outlive the process', async () => {
    await using deployment = new Deployment(server.url);
    const { redis, prefix } = deployment;
    const receipts = new RedisReceipts({ redis, prefix, holder: 'one' });
    expect(await receipts.load('c-1')).toEqual(new Map());
    await receipts.sending('c-1', 0);
    await receipts.sending('c-1', 1);
    await receipts.sent('c-1', 0, 'message 7');
    const other = new RedisReceipts({ redis, prefix, holder: 'two' });
    expect(await other.load('c-1')).toEqual(
      new Map([
        [0, { state: 'sent', messageId: 'message 7' }],
        [1, { state: 'sending' }],
      ]),
    );
    await other.forget('c-1', 1);
    expect([...(await other.load('c-1')).keys()]).toEqual([0]);
    const lifetime = await redis.pttl(deployment.keys.receipts('c-1'));
    expect(lifetime).toBeGreaterThan(47 * 3_600_000);
  });
});

describe('a bridge that ends', () => {
  it('delivers what was settled just before, however little it has under way at once', async () => {
    await using deployment = new Deployment(server.url);
    const delivered: string[] = [];
    const bridge = await deployment.bridge(
      async ({ text }) => {
        await deployment.redis.ping();
        delivered.push(text);
        return { kind: 'delivered' };
      },
      { concurrency: 1 },
    );
    const all = ['a', 'b', 'c', 'd', 'e'];
    await Promise.all(all.map(async (c) => say(deployment, c, 1)));
    await bridge.close(20_000);
    expect(delivered.toSorted()).toEqual(all.map((c) => `${c} 1`));
  });

  it('does not stay for what has to wait, nor for what is another account’s', async () => {
    await using deployment = new Deployment(server.url);
    const tried = new Events<string>();
    const bridge = await deployment.bridge(async ({ text }) => {
      tried.push(text);
      return { kind: 'later', afterMs: 60_000 };
    });
    await say(deployment, 'a', 1);
    await tried.until((texts) => texts.length === 1);
    const other = { ...words(prompt('b', 1), 'b 1', true), account: 'other-1' };
    await deployment.queue.say('m-other', other);
    // Within the time of this test, well below the grace.
    await bridge.close(60_000);
    expect(tried.all).toEqual(['a 1']);
    expect(await deployment.replies(`${account}.a`)).toHaveLength(1);
  }, 10_000);
});

describe('an anchor is over', () => {
  it('once its final reply has been shown, not with a notice, and not with one that is given up', async () => {
    await using deployment = new Deployment(server.url);
    const { redis, prefix, queue } = deployment;
    const receipts = new RedisReceipts({ redis, prefix, holder: 'one' });
    const over: string[] = [];
    const seen = new Events<string>();
    const isOver = async (anchor: string) => {
      if (await receipts.isClosed(anchor)) over.push(anchor);
    };
    await queue.say('m-1', words(prompt('a', 1), 'notice', false));
    await queue.say('m-2', words(prompt('a', 1), 'final', true));
    await queue.say('m-3', words(prompt('a', 2), 'broken', true));
    await queue.say('m-4', words(prompt('a', 3), 'last', true));
    await deployment.bridge(
      async ({ text, anchor }) => {
        // Not before it is shown; after that with the step that takes it away.
        await isOver(anchor);
        if (text === 'broken') throw new Error('broken');
        seen.push(text);
        return { kind: 'delivered' };
      },
      { tuning: { faultDelaysMs: [] } },
    );
    await seen.until((all) => all.length === 3);
    await expect.poll(async () => receipts.isClosed('a-3')).toBe(true);
    expect(over).toEqual([]);
    expect(await receipts.isClosed('a-1')).toBe(true);
    expect(await receipts.isClosed('a-2')).toBe(false);
    expect(await redis.pttl(deployment.keys.receipts('a-1'))).toBeGreaterThan(47 * 3_600_000);
  });

  it('in no step of a bridge that has lost the turn', async () => {
    await using deployment = new Deployment(server.url);
    const { redis, prefix } = deployment;
    const of = (holder: string) =>
      new ReplyList({ redis, prefix, account, holder, historyLifetimeMs: 60_000 });
    await say(deployment, 'a', 1);
    const old = await of('old').begin(`${account}.a`);
    const next = await of('new').begin(`${account}.a`);
    if (old === null || next === null) throw new Error('there is no reply');
    const receipts = new RedisReceipts({ redis, prefix, holder: 'new' });
    const ends = { ends: 'a-1' };
    expect(await of('old').pop(old.turn, 'a-1', ends)).toEqual({ kind: 'lost' });
    expect(await receipts.isClosed('a-1')).toBe(false);
    expect(await of('new').pop(next.turn, 'a-1', ends)).toMatchObject({ kind: 'popped' });
    expect(await receipts.isClosed('a-1')).toBe(true);
  });
});

describe('previews', () => {
  const preview = (seq: number): Preview => ({
    prompt: 'c-1',
    conversation: `${account}.c`,
    account,
    address: 'c',
    turnEpoch: 1,
    seq,
    text: `text ${seq}`,
  });

  it('reach the bridge of their account, the newest for sure', async () => {
    await using deployment = new Deployment(server.url);
    const { redis, prefix } = deployment;
    const shown = new Events<number>();
    await using subscriber = new PreviewSubscriber({
      subscriber: deployment.connect(),
      prefix,
      account,
      log: quiet,
      show: ({ seq }) => shown.push(seq),
    });
    await subscriber.ready;
    const publisher = new PreviewPublisher({ redis, prefix, log: quiet });
    await redis.publish(deployment.keys.previews(account), 'nonsense');
    for (let seq = 1; seq <= 1000; seq += 1) publisher.publish(preview(seq));
    await shown.until((all) => all.includes(1000));
    expect(shown.all).toEqual([1, 1000]);
    publisher.publish({ ...preview(1001), account: 'other-1' });
    publisher.publish(preview(1002));
    await shown.until((all) => all.includes(1002));
    expect(shown.all).not.toContain(1001);
  });
});
