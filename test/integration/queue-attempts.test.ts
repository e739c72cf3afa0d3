import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { isBridgeError } from '../../src/errors.ts';
import { promptEndings } from '../../src/roles/answer-prompt.ts';
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
let server: TestRedis;

beforeAll(async () => {
  server = await TestRedis.start();
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
});

function recorder() {
  const events = new Events<string>();
  const metrics = {
    settled: ({ id }: { id: string }, outcome: string) => events.push(`${outcome} ${id}`),
    retried: ({ id }: { id: string }) => events.push(`retried ${id}`),
    deadLettered: (of: { id: string } | null) => events.push(`dead ${of?.id ?? 'broken'}`),
  };
  return { events, metrics };
}

describe('a prompt that is to be tried again', () => {
  it('keeps its place in its conversation, and holds up no other', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = recorder();
    const attempts: number[] = [];
    await deployment.worker(
      async (turn, signal) => {
        if (turn.prompt.id !== 'c-1') return answer(turn, signal);
        attempts.push(turn.attempt);
        if (turn.attempt > 2) return answer(turn, signal);
        const notice = words(turn.prompt, 'still waiting', false);
        return { kind: 'retry', afterMs: 300, notice };
      },
      { metrics, concurrency: 1 },
    );
    await deployment.queue.enqueue(prompt('c', 1), said);
    await events.until((all) => all.includes('retried c-1'));
    await deployment.queue.enqueue(prompt('c', 2), said);
    await deployment.queue.enqueue(prompt('d', 1), said);
    await events.until((all) => all.includes('answered c-2'));
    expect(events.all).toEqual([
      'retried c-1',
      'answered d-1',
      'retried c-1',
      'answered c-1',
      'answered c-2',
    ]);
    expect(attempts).toEqual([1, 2, 3]);
    const replies = await deployment.replies(conversation);
    expect(replies.map(({ id }) => id)).toEqual(['c-1.still waiting', 'c-1', 'c-2']);
  });

  it('is given up after too many attempts, with words, and kept as a dead letter', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = recorder();
    await deployment.worker(async () => ({ kind: 'retry', afterMs: 1 }), {
      metrics,
      tuning: { mostAttempts: 3 },
    });
    await deployment.queue.enqueue(prompt('c', 1), said);
    await events.until((all) => all.includes('dead-letter c-1'));
    expect(events.all.filter((event) => event === 'retried c-1')).toHaveLength(2);
    expect(await deployment.replies(conversation)).toMatchObject([{ id: 'c-1', text: 'failed' }]);
  });
});

describe('a poison prompt', () => {
  it('whose handler throws each time is given up, and the next one is answered', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = recorder();
    await deployment.worker(
      async (turn, signal) => {
        if (turn.prompt.id === 'c-1') throw new TypeError('a fault of ours');
        return answer(turn, signal);
      },
      { metrics, tuning: { faultDelaysMs: [1, 1] } },
    );
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.enqueue(prompt('c', 2), said);
    await events.until((all) => all.includes('answered c-2'));
    expect(events.all).toEqual([
      'retried c-1',
      'retried c-1',
      'dead c-1',
      'dead-letter c-1',
      'answered c-2',
    ]);
    expect(await deployment.replies(conversation)).toMatchObject([
      { id: 'c-1', text: 'failed', final: true },
      { id: 'c-2' },
    ]);
    const [letter] = await deployment.redis.lrange(deployment.keys.deadLetters, 0, -1);
    expect(z.object({ list: z.string(), raw: z.string() }).parse(JSON.parse(letter ?? ''))).toEqual(
      {
        list: 'prompts',
        raw: expect.stringMatching(/^c-1 0 \d+ \{/u),
      },
    );
    expect(await deployment.redis.pttl(deployment.keys.deadLetters)).toBeGreaterThan(0);
    await expect(deployment.turns.counts([])).resolves.toContainEqual({
      queue: 'prompts',
      state: 'failed',
      jobs: 0,
    });
  });

  it('that ended the process each time is given up', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = recorder();
    await deployment.queue.enqueue(prompt('c', 1), said);
    // What two processes leave that die while they answer it.
    await deployment.redis.hset(`{${deployment.prefix}}:conversation:${conversation}`, {
      head: 'c-1',
      attempts: 0,
      starts: 2,
    });
    await deployment.worker(answer, { metrics, tuning: { mostCrashes: 2 } });
    await events.until((all) => all.length === 2);
    expect(events.all).toEqual(['dead c-1', 'dead-letter c-1']);
  });
});

describe('the reference that is shown of a prompt that was given up', () => {
  it('finds the line of the log that tells why', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = recorder();
    const lines: unknown[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
    const fail = async () => {
      throw new TypeError('a fault of ours');
    };
    await deployment.worker(fail, {
      metrics,
      log,
      endings: promptEndings(),
      tuning: { faultDelaysMs: [1] },
    });
    await deployment.queue.enqueue(prompt('c', 1), said);
    await events.until((all) => all.includes('dead-letter c-1'));
    const [told] = await deployment.replies(conversation);
    const reference = /\(Reference: ([0-9a-f]{8})\)$/.exec(told?.text ?? '')?.[1];
    expect(reference).toBeDefined();
    const why = '2 attempts failed';
    expect(lines).toContainEqual(expect.objectContaining({ prompt: 'c-1', reference, why }));
  });
});

describe('an entry nobody can read', () => {
  it('is kept as a dead letter when it is broken, and those behind it go on', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = recorder();
    const list = deployment.keys.prompts(conversation);
    await deployment.redis.rpush(list, 'nonsense', 'x-1 0 1 {"v":1}', 'nonsense');
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.worker(answer, { metrics });
    await events.until((all) => all.includes('answered c-1'));
    expect(await deployment.redis.llen(deployment.keys.deadLetters)).toBe(3);
  });

  it('stays where it is when a newer version wrote it', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = recorder();
    const list = deployment.keys.prompts(conversation);
    await deployment.redis.rpush(list, 'c-0 0 1 {"v":2}');
    await deployment.queue.enqueue(prompt('c', 1), said);
    await deployment.queue.enqueue(prompt('d', 1), said);
    await deployment.worker(answer, { metrics, concurrency: 1 });
    await events.until((all) => all.includes('answered d-1'));
    expect(await deployment.redis.llen(list)).toBe(2);
    expect(await deployment.redis.llen(deployment.keys.deadLetters)).toBe(0);
  });
});

describe('a prompt that waits for a credential', () => {
  it('stays the head, counts no attempt, and comes back with the sweeper', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = recorder();
    const attempts: number[] = [];
    await deployment.worker(
      async (turn, signal) => {
        attempts.push(turn.attempt);
        if (attempts.length > 3) return answer(turn, signal);
        return { kind: 'credential-wait', notice: words(turn.prompt, 'waiting', false) };
      },
      { metrics },
    );
    deployment.sweeper();
    await deployment.queue.enqueue(prompt('c', 1), said);
    await events.until((all) => all.includes('answered c-1'));
    expect(attempts).toEqual([1, 1, 1, 1]);
    const replies = await deployment.replies(conversation);
    expect(replies.map(({ id }) => id)).toEqual(['c-1.waiting', 'c-1']);
  });
});

describe('an attempt that takes too long', () => {
  it('is aborted with DEADLINE_PASSED and settled with what the handler makes of it', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = recorder();
    await deployment.worker(
      async (turn, signal) => {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        const why = isBridgeError(signal.reason) ? signal.reason.code : 'none';
        return { kind: 'settle', reply: reply(turn.prompt, why), outcome: 'deadline' };
      },
      { metrics, deadlineMs: 50 },
    );
    await deployment.queue.enqueue(prompt('c', 1), said);
    await events.until((all) => all.includes('deadline c-1'));
    expect(await deployment.replies(conversation)).toMatchObject([{ text: 'DEADLINE_PASSED' }]);
  });

  it('is not waited for when its handler does not listen', async () => {
    await using deployment = new Deployment(server.url);
    const { events, metrics } = recorder();
    const never = new Promise<never>(() => undefined);
    await deployment.worker(async () => never, {
      metrics,
      deadlineMs: 20,
      tuning: { windDownMs: 20, faultDelaysMs: [] },
    });
    await deployment.queue.enqueue(prompt('c', 1), said);
    await events.until((all) => all.includes('dead-letter c-1'));
  });
});
