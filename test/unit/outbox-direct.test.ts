import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';

import { Outbox, type OutboxOptions } from '../../src/chat/outbox.ts';
import { type Reply, replySchema } from '../../src/reply.ts';
import { MemoryPlatform } from '../contracts/memory-platform.ts';
import { MemoryReceipts } from '../contracts/memory-receipts.ts';
import { FakeClock } from '../fake-clock.ts';

const log = pino({ level: 'silent' });
const turn = { mayAct: () => true, takenOver: false };
const { signal } = new AbortController();

let clock: FakeClock;
let platform: MemoryPlatform;
let receipts: MemoryReceipts;

beforeEach(() => {
  clock = new FakeClock();
  platform = new MemoryPlatform();
  receipts = new MemoryReceipts();
});

function outbox(more: Partial<OutboxOptions> = {}): Outbox {
  const pendingReplies = async () => 0;
  const parts = { adapter: platform, receipts, pendingReplies, clock, log };
  return new Outbox({ ...parts, mayAct: () => true, ...more });
}

function reply(text: string, more: Partial<Reply> = {}): Reply {
  const place = { conversation: 'c', account: 'memory-1', address: 'here' };
  const what = { id: 'p1', anchor: 'p1', kind: 'answer', final: true, text } as const;
  return replySchema.parse({ v: 1, ...place, ...what, receivedAtMs: clock.now(), ...more });
}

const roles = () => platform.calls.map(({ role }) => role);

describe('an answer', () => {
  it('is posted as it is, however late it is shown, when it was quickly made', async () => {
    const waiting = { receivedAtMs: clock.now() - 60_000 };
    await outbox().deliver(reply('Hello.', { ...waiting, workedMs: 150 }), turn, signal);
    await outbox().deliver(
      reply('Slow.', { ...waiting, workedMs: 151, id: 'p2', anchor: 'p2' }),
      turn,
      signal,
    );
    expect(roles()).toEqual(['answer', 'placeholder', 'answer']);
    expect(platform.texts()).toEqual(['Hello.', 'Slow.']);
  });

  it('asks for no receipts when the queue has seen that there are none', async () => {
    receipts.load = async () => {
      throw new Error('asked');
    };
    const box = outbox();
    await box.deliver(reply('Hello.'), { ...turn, isUntouched: true }, signal);
    const other = reply('Again.', { id: 'p2', anchor: 'p2' });
    await expect(box.deliver(other, turn, signal)).rejects.toThrow('asked');
    expect(platform.texts()).toEqual(['Hello.']);
  });

  it('is noted before it is sent: whoever goes on after a crash knows that it may be there', async () => {
    const gate = Promise.withResolvers<void>();
    platform.latency = () => gate.promise;
    const dying = outbox().deliver(reply('Hello.'), turn, signal);
    await clock.advance(1);
    expect(platform.calls).toHaveLength(1);
    expect((await receipts.load('p1')).get(0)).toEqual({ state: 'sending' });
    platform.latency = async () => {};
    const resent: unknown[] = [];
    const successor = outbox({ onResend: (what) => resent.push(what) });
    await successor.deliver(reply('Hello.'), { ...turn, takenOver: true }, signal);
    expect(resent).toEqual([{ prompt: 'p1', chunk: 0 }]);
    gate.resolve();
    await dying;
    expect(platform.texts()).toEqual(['Hello.']);
  });
});
