import { pino } from 'pino';
import { describe, expect, it } from 'vitest';

import { Outbox } from '../../src/chat/outbox.ts';
import { mostMessages, partsOf } from '../../src/chat/parts.ts';
import type { Reply } from '../../src/reply.ts';
import { MemoryPlatform } from '../contracts/memory-platform.ts';
import { MemoryReceipts } from '../contracts/memory-receipts.ts';
import { FakeClock } from '../fake-clock.ts';

const log = pino({ level: 'silent' });
const turn = { mayAct: () => true, takenOver: false };
const { signal } = new AbortController();
const paragraph = 'These are a few words of a long answer, which goes on and on.';
const long = Array.from({ length: 60 }, (_, at) => `${at}. ${paragraph}`).join('\n\n');

function reply(text: string, more: Partial<Reply> = {}): Reply {
  const place = { conversation: 'c', account: 'memory-1', address: 'here', receivedAtMs: 0 };
  return { v: 1, id: 'p1', anchor: 'p1', kind: 'answer', final: true, text, ...place, ...more };
}

function outboxOn(platform: MemoryPlatform, clock: FakeClock, receipts = new MemoryReceipts()) {
  return new Outbox({
    adapter: platform,
    receipts,
    pendingReplies: async () => 0,
    mayAct: () => true,
    clock,
    log,
    predecessorEditsForMs: 0,
  });
}

describe('a very long answer', () => {
  it('is shown as its beginning and a file with the whole', async () => {
    const platform = new MemoryPlatform({ takesFiles: true });
    const box = outboxOn(platform, new FakeClock());
    expect(await box.deliver(reply(long), turn, signal)).toMatchObject({
      messageIds: ['m1', 'm2'],
    });
    const [first, second] = platform.messages;
    expect(first?.text).toMatch(/^0\. These are .*answer\.md$/s);
    expect(second?.file).toMatchObject({ name: 'answer.md', mime: 'text/markdown' });
    expect(Buffer.from(second?.file?.bytes ?? []).toString()).toBe(long);
  });

  it('comes in messages where they are few, and where no files are taken', () => {
    const platform = new MemoryPlatform({ takesFiles: true });
    const few = long.slice(0, platform.maxChars * 3);
    expect(partsOf({ text: few }, platform).every(({ file }) => file === undefined)).toBe(true);
    const parts = partsOf({ text: long }, new MemoryPlatform());
    expect(parts.length).toBeGreaterThan(mostMessages);
    expect(parts.every(({ file }) => file === undefined)).toBe(true);
  });

  it('has its file once although nobody knew whether it had arrived', async () => {
    const platform = new MemoryPlatform({ takesFiles: true });
    const clock = new FakeClock();
    const box = outboxOn(platform, clock);
    platform.latency = async (what) => {
      if (what === 'post 0 answered') platform.faults.post.push({ kind: 'lost after' });
    };
    expect(await box.deliver(reply(long), turn, signal)).toMatchObject({ kind: 'later' });
    expect(await box.deliver(reply(long), turn, signal)).toMatchObject({ kind: 'delivered' });
    expect(platform.messages.filter(({ file }) => file !== undefined)).toHaveLength(1);
  });

  it('comes in messages after all where a file is refused, in the next process, too', async () => {
    const platform = new MemoryPlatform({ takesFiles: true });
    const [clock, receipts] = [new FakeClock(), new MemoryReceipts()];
    const isFile = ({ file }: { readonly file?: unknown }) => file !== undefined;
    const post = platform.post.bind(platform);
    let left = 4;
    platform.post = async (address, message, until) => {
      if (isFile(message)) return { kind: 'refused', why: 'no files here' };
      left -= 1;
      return left >= 0 ? post(address, message, until) : { kind: 'wait', afterMs: 1 };
    };
    const first = await outboxOn(platform, clock, receipts).deliver(reply(long), turn, signal);
    expect(first).toMatchObject({ kind: 'later' });
    left = 1_000;
    const takenOver = { ...turn, takenOver: true };
    const next = outboxOn(platform, clock, receipts);
    expect(await next.deliver(reply(long), takenOver, signal)).toMatchObject({ kind: 'delivered' });
    const words = (text: string) => text.split(/\s+/).filter(Boolean);
    expect(words(platform.texts().join(' '))).toEqual(words(long));
    expect(platform.messages.filter(isFile)).toEqual([]);
  });

  it('goes on with its file in the next process', async () => {
    const platform = new MemoryPlatform({ takesFiles: true });
    const [clock, receipts] = [new FakeClock(), new MemoryReceipts()];
    platform.faults.post.push({ kind: 'lost after' });
    await outboxOn(platform, clock, receipts).deliver(reply(long), turn, signal);
    const takenOver = { ...turn, takenOver: true };
    const delivered = await outboxOn(platform, clock, receipts).deliver(
      reply(long),
      takenOver,
      signal,
    );
    expect(delivered).toMatchObject({ kind: 'delivered', messageIds: ['m1', 'm2'] });
    expect(platform.messages).toHaveLength(2);
  });
});

describe('a reply’s own file', () => {
  const base64 = Buffer.from('# Export').toString('base64');
  const file = { name: 'export.md', mime: 'text/markdown', base64 };

  it('follows its text', () => {
    const [text, attached] = partsOf(
      { text: 'Here.', file },
      new MemoryPlatform({ takesFiles: true }),
    );
    expect(text).toEqual({ text: 'Here.' });
    expect(Buffer.from(attached?.file?.bytes ?? []).toString()).toBe('# Export');
  });

  it('is written out where no files are taken, or named if it is no text', () => {
    expect(partsOf({ text: 'Here.', file }, new MemoryPlatform())).toEqual([
      { text: 'Here.' },
      { text: '# Export' },
    ]);
    const picture = { name: 'cat.png', mime: 'image/png', base64 };
    expect(partsOf({ text: '', file: picture }, new MemoryPlatform())).toEqual([
      { text: '📎 cat.png' },
    ]);
  });
});
