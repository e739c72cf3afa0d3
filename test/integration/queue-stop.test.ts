import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { PromptHandler } from '../../src/queue/prompt-handler.ts';
import { TestRedis } from '../redis-server.ts';
import {
  account,
  answer,
  Deployment,
  Events,
  prompt,
  reply,
  said,
  words,
} from './queue-harness.ts';

const conversation = `${account}.c`;
const say = {
  stopped: words(prompt('c', 98), 'stopped it', true),
  nothing: words(prompt('c', 99), 'nothing', true),
};
let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

/** Answers once `release` is called, or with what had come when it is stopped. */
function slow() {
  const started = new Events<string>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const handle: PromptHandler = async (turn, signal) => {
    started.push(turn.prompt.id);
    const stopped = new Promise<true>((resolve) => {
      signal.addEventListener('abort', () => resolve(true));
    });
    if ((await Promise.race([released, stopped])) === true) {
      const part = { ...reply(turn.prompt, 'half an ans'), kind: 'stopped' as const };
      return { kind: 'settle', reply: part, outcome: 'stopped' };
    }
    return answer(turn, signal);
  };
  return { started, release, handle };
}

function outcomes() {
  const events = new Events<string>();
  const metrics = {
    settled: ({ id }: { id: string }, outcome: string) => events.push(`${outcome} ${id}`),
    retried: ({ id }: { id: string }) => events.push(`retried ${id}`),
    deadLettered: () => undefined,
  };
  return { events, metrics };
}

describe('stopping', () => {
  it('aborts the run at once, in whatever process it is, and the next one goes on', async () => {
    await using deployment = new Deployment(server.url);
    const { started, release, handle } = slow();
    const { events, metrics } = outcomes();
    await deployment.worker(handle, { metrics });
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.enqueue(prompt('c', 2), said);
    await started.until((all) => all.length === 1);
    const beforeMs = performance.now();
    await deployment.queue.stop('m-1', conversation, { kind: 'head' }, say);
    await started.until((all) => all.length === 2);
    expect(performance.now() - beforeMs).toBeLessThan(1000);
    release();
    await events.until((all) => all.length === 2);
    expect(events.all).toEqual(['stopped c-1', 'answered c-2']);
    expect(await deployment.replies(conversation)).toMatchObject([
      { text: 'stopped it' },
      { id: 'c-1', kind: 'stopped', text: 'half an ans' },
      { id: 'c-2', kind: 'answer' },
    ]);
  });

  it('a prompt that has not begun ends it without asking anybody', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = outcomes();
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.enqueue(prompt('c', 2), said);
    await deployment.queue.stop('m-1', conversation, { kind: 'head' }, say);
    const asked: string[] = [];
    await deployment.worker(
      async (turn, signal) => {
        asked.push(turn.prompt.id);
        return answer(turn, signal);
      },
      { metrics },
    );
    await events.until((all) => all.length === 2);
    expect(asked).toEqual(['c-2']);
    expect(await deployment.replies(conversation)).toMatchObject([
      { text: 'stopped it' },
      { id: 'c-1', text: 'stopped' },
      { id: 'c-2' },
    ]);
  });

  it('reaches a prompt that waits for its next attempt, at once', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = outcomes();
    await deployment.worker(async () => ({ kind: 'retry', afterMs: 60_000 }), { metrics });
    await deployment.queue.enqueue(prompt('c', 1), said);
    await events.until((all) => all.includes('retried c-1'));
    await expect
      .poll(async () =>
        (await deployment.turns.counts([])).find(({ state }) => state === 'delayed'),
      )
      .toMatchObject({ jobs: 1 });
    await deployment.queue.stop('m-1', conversation, { kind: 'head' }, say);
    await events.until((all) => all.includes('stopped c-1'));
  });

  it('reaches a prompt that waits behind a closed gate', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = outcomes();
    await deployment.closeGate('i-1');
    await deployment.worker(answer, { metrics });
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.stop('m-1', conversation, { kind: 'head' }, say);
    await events.until((all) => all.includes('stopped c-1'));
  });

  it('is not missed when the call on the channel is: settling reads the mark', async () => {
    await using deployment = new Deployment(server.url);
    const { started, release, handle } = slow();
    const { events, metrics } = outcomes();
    const stops = { watch: () => ({ [Symbol.dispose]: () => undefined }) };
    // A subscriber that hears nothing: what a broken connection amounts to.
    const deaf = Object.assign(Object.create(null), stops);
    await deployment.worker(handle, { metrics, stops: deaf });
    await deployment.queue.enqueue(prompt('c', 1), said);
    await started.until((all) => all.length === 1);
    await deployment.queue.stop('m-1', conversation, { kind: 'head' }, say);
    release();
    await events.until((all) => all.length === 1);
    expect(await deployment.replies(conversation)).toMatchObject([
      { text: 'stopped it' },
      { id: 'c-1', kind: 'stopped', text: 'answer question 1 stopped' },
    ]);
  });

  it('all of an author’s prompts leaves those of others', async () => {
    await using deployment = new Deployment(server.url);
    const { started, release, handle } = slow();
    const { events, metrics } = outcomes();
    await deployment.worker(handle, { metrics });
    for (const [n, author] of [
      [1, 'u1'],
      [2, 'u2'],
      [3, 'u1'],
    ] as const) {
      await deployment.queue.enqueue(prompt('c', n, author), said);
    }
    await started.until((all) => all.length === 1);
    await deployment.queue.stop('m-1', conversation, { kind: 'author', author: 'test:u1' }, say);
    await started.until((all) => all.length === 2);
    release();
    await events.until((all) => all.length === 3);
    expect(events.all).toEqual(['stopped c-1', 'answered c-2', 'stopped c-3']);
  });

  it('a prompt that is named leaves all others, and says nothing where no words are given', async () => {
    await using deployment = new Deployment(server.url);
    const { started, release, handle } = slow();
    const { events, metrics } = outcomes();
    await deployment.worker(handle, { metrics });
    for (const n of [1, 2, 3]) await deployment.queue.enqueue(prompt('c', n), said);
    await started.until((all) => all.length === 1);
    const stop = async (id: string, named: string) =>
      deployment.queue.stop(id, conversation, { kind: 'prompt', prompt: named }, null);
    expect(await stop('m-1', 'c-2')).toBe('stopped');
    expect(await stop('m-1', 'c-2')).toBe('known');
    expect(await stop('m-2', 'c-9')).toBe('nothing');
    expect(await deployment.replies(conversation)).toEqual([]);
    release();
    await events.until((all) => all.length === 3);
    expect(events.all).toEqual(['answered c-1', 'stopped c-2', 'answered c-3']);
  });
});
