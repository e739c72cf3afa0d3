import { expect, test } from 'vitest';

import { RateLimits, telegramLimits } from './rate-limits.ts';
import { Refusal } from './refusal.ts';

function limited() {
  let nowMs = 1_000;
  const limits = new RateLimits(telegramLimits, () => nowMs);
  return {
    pass: (ms: number) => {
      nowMs += ms;
    },
    /** Sends `count` messages; the `retry_after` of the first refusal. */
    send: (chat: { id: number; isPrivate: boolean }, count: number): number | undefined => {
      try {
        for (let sent = 0; sent < count; sent++) limits.spend(chat);
      } catch (error) {
        return error instanceof Refusal ? error.parameters?.retry_after : -1;
      }
      return undefined;
    },
  };
}

const ada = { id: 1, isPrivate: true };
const group = { id: -1, isPrivate: false };

test('a private chat takes a few at once, then one a second', () => {
  const { send, pass } = limited();
  expect(send(ada, 3)).toBeUndefined();
  expect(send(ada, 1)).toBe(1);
  pass(1_000);
  expect(send(ada, 1)).toBeUndefined();
  expect(send(ada, 1)).toBe(1);
});

test('a group takes twenty in any minute', () => {
  const { send, pass } = limited();
  expect(send(group, 20)).toBeUndefined();
  pass(20_000);
  expect(send(group, 1)).toBe(40);
  pass(40_000);
  expect(send(group, 20)).toBeUndefined();
});

test('all chats together take thirty a second', () => {
  const { send, pass } = limited();
  for (let id = 1; id <= 30; id++) expect(send({ id, isPrivate: true }, 1)).toBeUndefined();
  expect(send({ id: 31, isPrivate: true }, 1)).toBe(1);
  pass(1_000);
  expect(send({ id: 31, isPrivate: true }, 1)).toBeUndefined();
});
