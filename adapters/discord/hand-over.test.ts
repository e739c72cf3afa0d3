import { describe, expect, it } from 'vitest';

import type { Clock, Incoming, Intake } from '#port';

import { handOver } from './hand-over.ts';
import { Lanes } from './lanes.ts';

const message: Incoming = {
  id: 'dc-1',
  conversation: '5',
  address: '{}',
  author: { id: 'discord:1', name: 'ann' },
  fromBot: false,
  isPrivate: true,
  isAddressed: true,
  places: [],
  text: 'hello',
};

/** Time that passes only by sleeping. */
function sleepyClock(): Clock & { readonly slept: number[] } {
  let nowMs = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => nowMs,
    monotonic: () => nowMs,
    sleep: async (ms) => {
      slept.push(ms);
      nowMs += ms;
    },
  };
}

function failing(times: number): Intake {
  let left = times;
  return {
    receive: async () => {
      left -= 1;
      if (left >= 0) throw new Error('away');
      return 'queued';
    },
  };
}

const onFailure = () => {};
const incoming = async () => message;

describe('handing over', () => {
  it('goes on until the message is taken, with growing pauses', async () => {
    const clock = sleepyClock();
    const { signal } = new AbortController();
    const received = await handOver(incoming, { intake: failing(8), clock, onFailure }, signal);
    expect(received).toBe('queued');
    expect(clock.slept).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000]);
  });

  it('ends at its time, and with the signal', async () => {
    const clock = sleepyClock();
    const { signal } = new AbortController();
    const options = { intake: failing(100), clock, onFailure };
    expect(await handOver(incoming, { ...options, untilMs: 5_000 }, signal)).toBeUndefined();
    expect(clock.now()).toBeLessThan(5_000);
    expect(await handOver(incoming, options, AbortSignal.abort())).toBeUndefined();
  });

  it('tries again when the message itself could not be made out', async () => {
    let failures = 2;
    const unclear = async () => {
      failures -= 1;
      if (failures >= 0) throw new Error('no answer');
      return message;
    };
    const { signal } = new AbortController();
    const options = { intake: failing(0), clock: sleepyClock(), onFailure };
    expect(await handOver(unclear, options, signal)).toBe('queued');
  });
});

it('lanes keep their order and do not wait for each other', async () => {
  const lanes = new Lanes();
  const gate = Promise.withResolvers<void>();
  const done: string[] = [];
  lanes.add('a', async () => {
    await gate.promise;
    done.push('a1');
  });
  lanes.add('a', async () => void done.push('a2'));
  const b = Promise.withResolvers<void>();
  lanes.add('b', async () => {
    done.push('b1');
    b.resolve();
  });
  await b.promise;
  expect(done).toEqual(['b1']);
  expect(lanes.waiting).toBeGreaterThanOrEqual(2);
  gate.resolve();
  await lanes.idle();
  expect(done).toEqual(['b1', 'a1', 'a2']);
  expect(lanes.waiting).toBe(0);
});
