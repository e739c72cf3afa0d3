import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { TestRedis } from '../redis-server.ts';
import { account, answer, Deployment, Events, prompt, said } from './queue-harness.ts';

let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function settledIds() {
  const events = new Events<string>();
  const metrics = {
    settled: ({ id }: { id: string }) => events.push(id),
    retried: () => undefined,
    deadLettered: () => undefined,
  };
  return { events, metrics };
}

describe('while the gate is closed', () => {
  it('prompts stay, each author is told once, and all are answered, oldest first, when it opens', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = settledIds();
    const received = Date.now();
    // The first two were there when it closed, the others come while it is.
    await deployment.queue.enqueue(
      { ...prompt('b', 1, 'u1'), receivedAtMs: received - 3000 },
      said,
    );
    await deployment.queue.enqueue(
      { ...prompt('a', 1, 'u2'), receivedAtMs: received - 4000 },
      said,
    );
    await deployment.closeGate('i-1');
    await deployment.worker(answer, { metrics, concurrency: 1 });
    await deployment.queue.enqueue(
      { ...prompt('c', 1, 'u3'), receivedAtMs: received - 2000 },
      said,
    );
    await deployment.queue.enqueue(
      { ...prompt('c', 2, 'u3'), receivedAtMs: received - 1000 },
      said,
    );
    await deployment.queue.enqueue({ ...prompt('d', 1, 'u1'), receivedAtMs: received }, said);
    const sweeper = deployment.sweeper();
    const notices = async () => {
      const lists = ['a', 'b', 'c', 'd'].map(async (c) => deployment.replies(`${account}.${c}`));
      return (await Promise.all(lists)).map((replies) => replies.map(({ id }) => id));
    };
    await expect.poll(notices).toEqual([['a-1.waiting'], [], ['c-1.waiting'], ['d-1.waiting']]);
    const signal = new AbortController().signal;
    await sweeper.sweep(signal);
    expect(await notices()).toEqual([['a-1.waiting'], [], ['c-1.waiting'], ['d-1.waiting']]);
    expect(events.all).toEqual([]);
    expect(await deployment.queue.depth()).toMatchObject({ waiting: 5, conversations: 4 });
    await expect
      .poll(async () => (await deployment.turns.counts([])).map(({ jobs }) => jobs))
      .toEqual([0, 0, 0, 0]);

    await deployment.openGate();
    await events.until((all) => all.length === 5);
    expect(events.all).toEqual(['a-1', 'b-1', 'c-1', 'c-2', 'd-1']);
  });

  it('a new incident is told anew', async () => {
    await using deployment = new Deployment(server.url);
    await deployment.closeGate('i-1');
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.enqueue(prompt('c', 2), said);
    await deployment.openGate();
    await deployment.queue.enqueue(prompt('c', 3), said);
    await deployment.closeGate('i-2');
    await deployment.queue.enqueue(prompt('c', 4), said);
    const replies = await deployment.replies(`${account}.c`);
    expect(replies.map(({ id }) => id)).toEqual(['c-1.waiting', 'c-4.waiting']);
  });

  it('it is looked at before each prompt of a turn', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = settledIds();
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.enqueue(prompt('c', 2), said);
    await deployment.worker(
      async (turn, signal) => {
        if (turn.prompt.id === 'c-1') await deployment.closeGate('i-1');
        return answer(turn, signal);
      },
      { metrics },
    );
    await expect
      .poll(async () => (await deployment.turns.counts([])).map(({ jobs }) => jobs))
      .toEqual([0, 0, 0, 0]);
    expect(events.all).toEqual(['c-1']);
    await deployment.openGate();
    deployment.sweeper();
    await events.until((all) => all.length === 2);
  });

  it('the sweeper asks whether it has to be: a lost opening heals', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = settledIds();
    await deployment.closeGate('i-1');
    await deployment.worker(answer, { metrics });
    await deployment.queue.enqueue(prompt('c', 1), said);
    deployment.sweeper(async () => deployment.openGate());
    await events.until((all) => all.length === 1);
  });

  it('replies are delivered all the same', async () => {
    await using deployment = new Deployment(server.url);
    await deployment.closeGate('i-1');
    const delivered = new Events<string>();
    await deployment.bridge(async ({ id }) => {
      delivered.push(id);
      return { kind: 'delivered' };
    });
    await deployment.queue.enqueue(prompt('c', 1), said);
    await delivered.until((all) => all.includes('c-1.waiting'));
  });
});

describe('the sweeper', () => {
  it('finds a prompt and a reply whose turn was never added', async () => {
    await using deployment = new Deployment(server.url);
    const delivered = new Events<string>();
    const { events, metrics } = settledIds();
    await deployment.worker(answer, { metrics });
    await deployment.bridge(async ({ id }) => {
      delivered.push(id);
      return { kind: 'delivered' };
    });
    // The bridge died between its two writes, and so did the worker.
    const lost = prompt('c', 1);
    const raw = `c-1 0 ${lost.receivedAtMs} ${JSON.stringify(lost)}`;
    await deployment.redis.rpush(deployment.keys.prompts(lost.conversation), raw);
    await deployment.redis.zadd(deployment.keys.waitingPrompts, 1, lost.conversation);
    const stray = { ...lost, id: 'd-1', conversation: `${account}.d e` };
    const entry = `d-1 1 d-1 ${JSON.stringify({ ...stray, anchor: 'd-1', kind: 'words', final: true })}`;
    await deployment.redis.rpush(deployment.keys.replies(stray.conversation), entry);
    const member = `${account} ${stray.conversation}`;
    await deployment.redis.zadd(deployment.keys.waitingReplies, 1, member);
    deployment.sweeper();
    await delivered.until((all) => all.includes('c-1') && all.includes('d-1'));
    expect(events.all).toEqual(['c-1']);
    await expect.poll(async () => deployment.redis.zcard(deployment.keys.waitingReplies)).toBe(0);
  });

  it('leaves alone what has a turn', async () => {
    await using deployment = new Deployment(server.url);
    for (let n = 0; n < 600; n += 1) await deployment.queue.enqueue(prompt(`c${n}`, 1), said);
    const id = `{${deployment.prefix}}:prompts:id`;
    const before = await deployment.redis.get(id);
    const sweeper = deployment.sweeper();
    await sweeper.sweep(new AbortController().signal);
    expect(await deployment.redis.get(id)).toBe(before);
    await deployment.redis.del(`{${deployment.prefix}}:prompts:de:${account}.c599`);
    await sweeper.sweep(new AbortController().signal);
    expect(Number(await deployment.redis.get(id))).toBe(Number(before) + 1);
  });
});
