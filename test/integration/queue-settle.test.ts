import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { parsePromptEntry } from '../../src/queue/entry.ts';
import { PromptList } from '../../src/queue/prompt-list.ts';
import { ReplyList } from '../../src/queue/reply-list.ts';
import { historyKey } from '../../src/redis/keys.ts';
import { TestRedis } from '../redis-server.ts';
import { account, Deployment, prompt, reply, said, words } from './queue-harness.ts';

const conversation = `${account}.c`;
const history = { maxExchanges: 3, lifetimeMs: 60_000 };
let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function listOf({ redis, prefix }: Deployment): PromptList {
  return new PromptList({ redis, prefix, clock: systemClock, history });
}

function ending(n: number, more = {}) {
  return {
    word: `c-${n}`,
    historyEpoch: 0,
    reply: reply(prompt('c', n), `answer ${n}`),
    exchange: `{"n":${n}}`,
    evenIfStopped: false,
    ...more,
  };
}

async function begun(list: PromptList) {
  const begin = await list.begin(conversation);
  if (begin === null) throw new Error('the list is empty');
  return begin;
}

describe('settling', () => {
  it('stores reply and exchange, removes the prompt and shows the next one', async () => {
    await using deployment = new Deployment(server.url);
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.enqueue(prompt('c', 2), said);
    const list = listOf(deployment);
    const { turn, head } = await begun(list);
    expect(parsePromptEntry(head.raw)).toMatchObject({ prompt: { id: 'c-1' }, historyEpoch: 0 });
    const settled = await list.settle(turn, ending(1));
    if (settled.kind !== 'settled' || settled.next === null) throw new Error('not settled');
    expect(parsePromptEntry(settled.next.raw)).toMatchObject({ prompt: { id: 'c-2' } });
    expect(await list.settle(turn, ending(2))).toMatchObject({ kind: 'settled', next: null });
    const key = historyKey(deployment.prefix, conversation, 0);
    expect(await deployment.redis.lrange(key, 0, -1)).toEqual(['{"n":1}', '{"n":2}']);
    expect(await deployment.redis.pttl(key)).toBeGreaterThan(0);
    expect(await deployment.queue.depth()).toMatchObject({ waiting: 0, conversations: 0 });
  });

  it('twice is settling once: ioredis may send it again', async () => {
    await using deployment = new Deployment(server.url);
    for (const n of [1, 2]) await deployment.queue.enqueue(prompt('c', n), said);
    const list = listOf(deployment);
    const { turn } = await begun(list);
    const again = { ...turn };
    const first = await list.settle(turn, ending(1));
    expect(await list.settle(again, ending(1))).toMatchObject({ kind: first.kind });
    expect(await deployment.replies(conversation)).toHaveLength(1);
    expect(await deployment.queue.depth()).toMatchObject({ waiting: 1 });
    expect(await deployment.redis.llen(historyKey(deployment.prefix, conversation, 0))).toBe(1);
  });

  it('by one who lost the turn changes nothing', async () => {
    await using deployment = new Deployment(server.url);
    await deployment.queue.enqueue(prompt('c', 1), said);
    const list = listOf(deployment);
    const { turn: lost } = await begun(list);
    const { turn } = await begun(list);
    expect(turn.turnEpoch).toBeGreaterThan(lost.turnEpoch);
    expect(await list.settle(lost, ending(1))).toEqual({ kind: 'lost' });
    const postponed = await list.postpone(lost, prompt('c', 1), 7, undefined);
    expect(postponed).toEqual({ kind: 'lost' });
    expect(await deployment.replies(conversation)).toEqual([]);
    expect(await list.settle(turn, ending(1))).toMatchObject({ kind: 'settled', next: null });
    expect(await deployment.replies(conversation)).toHaveLength(1);
  });

  it('of a prompt that is not the head changes nothing', async () => {
    await using deployment = new Deployment(server.url);
    await deployment.queue.enqueue(prompt('c', 1), said);
    const list = listOf(deployment);
    const { turn } = await begun(list);
    expect(await list.settle(turn, ending(2))).toEqual({ kind: 'lost' });
    expect(await deployment.queue.depth()).toMatchObject({ waiting: 1 });
  });

  it('after a reset answers, but adds nothing to the new history', async () => {
    await using deployment = new Deployment(server.url);
    await deployment.queue.enqueue(prompt('c', 1), said);
    const list = listOf(deployment);
    const { turn } = await begun(list);
    await deployment.queue.reset('m-1', conversation, words(prompt('c', 9), 'reset', true));
    await deployment.queue.enqueue(prompt('c', 2), said);
    const settled = await list.settle(turn, ending(1));
    if (settled.kind !== 'settled' || settled.next === null) throw new Error('not settled');
    expect(parsePromptEntry(settled.next.raw)).toMatchObject({ historyEpoch: 1 });
    await list.settle(turn, ending(2, { historyEpoch: 1 }));
    const read = async (epoch: number) =>
      deployment.redis.lrange(historyKey(deployment.prefix, conversation, epoch), 0, -1);
    expect(await read(0)).toEqual([]);
    expect(await read(1)).toEqual(['{"n":2}']);
  });

  it('keeps no more exchanges than it should', async () => {
    await using deployment = new Deployment(server.url);
    const list = listOf(deployment);
    for (const n of [1, 2, 3, 4, 5]) await deployment.queue.enqueue(prompt('c', n), said);
    const { turn } = await begun(list);
    for (const n of [1, 2, 3, 4, 5]) await list.settle(turn, ending(n));
    const kept = await deployment.redis.lrange(
      historyKey(deployment.prefix, conversation, 0),
      0,
      -1,
    );
    expect(kept).toEqual(['{"n":3}', '{"n":4}', '{"n":5}']);
  });

  it('an answer that was stopped meanwhile waits for what is to be said instead', async () => {
    await using deployment = new Deployment(server.url);
    await deployment.queue.enqueue(prompt('c', 1), said);
    const list = listOf(deployment);
    const { turn } = await begun(list);
    const stopped = words(prompt('c', 9), 'stopped it', true);
    await deployment.queue.stop(
      'm-1',
      conversation,
      { kind: 'head' },
      { stopped, nothing: stopped },
    );
    expect(await list.settle(turn, ending(1))).toEqual({ kind: 'stopped' });
    expect(await deployment.replies(conversation)).toMatchObject([{ text: 'stopped it' }]);
    const forced = await list.settle(turn, ending(1, { evenIfStopped: true }));
    expect(forced).toMatchObject({ kind: 'settled', next: null });
  });

  it('counts the runs that never ended, not those that did', async () => {
    await using deployment = new Deployment(server.url);
    await deployment.queue.enqueue(prompt('c', 1), said);
    const list = listOf(deployment);
    await begun(list);
    const { turn, head } = await begun(list);
    expect(head).toMatchObject({ starts: 2, attempts: 0 });
    await list.postpone(turn, prompt('c', 1), 1, undefined);
    expect((await begun(list)).head).toMatchObject({ starts: 1, attempts: 1 });
  });

  it('says a notice once, however often the prompt is put off', async () => {
    await using deployment = new Deployment(server.url);
    await deployment.queue.enqueue(prompt('c', 1), said);
    const list = listOf(deployment);
    const notice = words(prompt('c', 1), 'still waiting', false);
    for (const attempts of [1, 2, 3]) {
      const { turn } = await begun(list);
      expect(await list.postpone(turn, prompt('c', 1), attempts, notice)).toEqual({
        kind: 'postponed',
        wakeReplies: attempts === 1,
      });
    }
    expect(await deployment.replies(conversation)).toHaveLength(1);
  });
});

describe('popping a reply', () => {
  it('is for the one who holds the turn, and happens once', async () => {
    await using deployment = new Deployment(server.url);
    const { redis, prefix } = deployment;
    const one = words(prompt('c', 1), 'one', true);
    const two = words(prompt('c', 2), 'two', true);
    await deployment.queue.say('m-1', one);
    await deployment.queue.say('m-2', two);
    const bridge = (holder: string) =>
      new ReplyList({ redis, prefix, account, holder, historyLifetimeMs: 60_000 });
    const lost = await bridge('old').begin(conversation);
    const held = await bridge('new').begin(conversation);
    if (lost === null || held === null) throw new Error('nothing to deliver');
    expect(lost.head.takenOver).toBe(false);
    expect(held.head.takenOver).toBe(true);
    expect(await bridge('old').pop(lost.turn, one.id)).toEqual({ kind: 'lost' });
    expect(await bridge('new').pop(held.turn, two.id)).toEqual({ kind: 'lost' });
    const again = { ...held.turn };
    expect(await bridge('new').pop(held.turn, one.id)).toMatchObject({
      kind: 'popped',
      next: { takenOver: false },
    });
    expect(await bridge('new').pop(again, one.id)).toMatchObject({ kind: 'popped' });
    expect(await deployment.replies(conversation)).toMatchObject([{ id: two.id }]);
  });
});
