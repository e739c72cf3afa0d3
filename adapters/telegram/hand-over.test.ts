import fc from 'fast-check';
import pino from 'pino';
import { expect, test } from 'vitest';

import type { Incoming } from '#port';

import { handOver } from './hand-over.ts';
import type { Heard } from './update-reading.ts';

const clock = { now: () => 0, monotonic: () => 0, sleep: async () => {} };
const log = pino({ level: 'silent' });

const messageOf = (conversation: string, at: number): Heard => ({
  kind: 'said',
  atSeconds: 0,
  message: {
    id: `tg-1-${at}`,
    conversation,
    address: '{}',
    author: { id: 'telegram:1', name: 'Ada' },
    fromBot: false,
    isPrivate: true,
    isAddressed: true,
    places: [],
    text: 'Hello',
  },
});

const answerPress = async () => undefined;

test('however often storing fails, each message is taken once and in its order', async () => {
  const batches = fc.array(
    fc.record({ conversation: fc.constantFrom('a', 'b', 'c'), failures: fc.nat(3) }),
    { maxLength: 20 },
  );
  await fc.assert(
    fc.asyncProperty(batches, async (planned) => {
      const batch = planned.map(({ conversation }, at) => messageOf(conversation, at));
      const left = new Map(
        batch.map(({ message: { id } }, at) => [id, planned[at]?.failures ?? 0]),
      );
      const taken: string[] = [];
      const intake = {
        receive: async (message: Incoming) => {
          await Promise.resolve();
          const failures = left.get(message.id) ?? 0;
          left.set(message.id, failures - 1);
          if (failures > 0) throw new Error('Redis is away');
          taken.push(message.id);
          return 'queued' as const;
        },
      };
      const { signal } = new AbortController();
      expect(await handOver(batch, { ears: { intake, answerPress }, clock, log }, signal)).toBe(
        true,
      );
      for (const name of ['a', 'b', 'c']) {
        const ids = batch.flatMap(({ message }) =>
          message.conversation === name ? message.id : [],
        );
        expect(taken.filter((id) => ids.includes(id))).toEqual(ids);
      }
    }),
  );
});

test('a batch that is stopped before all was taken says so', async () => {
  const stop = new AbortController();
  const intake = {
    receive: async () => {
      stop.abort();
      throw new Error('Redis is away');
    },
  };
  const batch = [messageOf('a', 1)];
  expect(await handOver(batch, { ears: { intake, answerPress }, clock, log }, stop.signal)).toBe(
    false,
  );
});
