import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';

import { Outbox } from '../../src/chat/outbox.ts';
import { previewText } from '../../src/chat/preview-text.ts';
import type { Preview, Reply } from '../../src/reply.ts';
import { MemoryPlatform } from '../contracts/memory-platform.ts';
import { MemoryReceipts } from '../contracts/memory-receipts.ts';
import { FakeClock } from '../fake-clock.ts';

const turn = { mayAct: () => true, takenOver: false };
const { signal } = new AbortController();

let clock: FakeClock;
let platform: MemoryPlatform;
let receipts: MemoryReceipts;
let pending: number;
let box: Outbox;

beforeEach(() => {
  clock = new FakeClock();
  platform = new MemoryPlatform();
  platform.now = () => clock.monotonic();
  receipts = new MemoryReceipts();
  pending = 0;
  box = outbox();
});

function outbox(): Outbox {
  return new Outbox({
    adapter: platform,
    receipts,
    pendingReplies: async () => pending,
    mayAct: () => true,
    clock,
    log: pino({ level: 'silent' }),
  });
}

const place = { conversation: 'c', account: 'memory-1', address: 'here' };

function preview(seq: number, text: string, more: Partial<Preview> = {}): Preview {
  return { prompt: 'p1', ...place, turnEpoch: 1, seq, text, ...more };
}

function final(text: string, anchor = 'p1'): Reply {
  const rest = { v: 1, kind: 'answer', final: true, receivedAtMs: clock.now() } as const;
  return { ...rest, ...place, id: anchor, anchor, prompt: anchor, text };
}

const shownPreviews = () => platform.calls.filter(({ role }) => role === 'preview');

describe('previews', () => {
  it('that are turned away at their beginning come once the platform lets them', async () => {
    platform.faults.post.push({ kind: 'wait', afterMs: 900 });
    box.preview(preview(1, 'It has begun.'));
    await clock.advance(150);
    expect(platform.texts()).toEqual([]);
    await clock.advance(899);
    expect(platform.texts()).toEqual([]);
    await clock.advance(2_000);
    expect(platform.texts()).toEqual([expect.stringContaining('It has begun.')]);
    await box.deliver(final('Hello.'), turn, signal);
    expect(platform.texts()).toEqual(['Hello.']);
  });

  it('come no faster than the platform likes, the newest each time', async () => {
    for (let seq = 0; seq < 50; seq += 1) {
      box.preview(preview(seq, `text ${seq}`));
      await clock.advance(100);
    }
    const times = shownPreviews().map(({ atMs }) => atMs);
    expect(times).toEqual([150, 1350, 2550, 3750, 4950]);
    expect(platform.texts()).toEqual(['text 49\n…']);
  });

  it('end in an ellipsis, and never make a second message', async () => {
    const words = Array.from({ length: 200 }, (_, i) => `word${i}`);
    for (let seq = 1; seq <= 200; seq += 10) {
      box.preview(preview(seq, words.slice(0, seq).join(' ')));
      await clock.advance(1_300);
      expect(platform.texts()).toHaveLength(1);
      expect(platform.texts()[0]).toMatch(/…$/);
      expect(platform.texts()[0]).toContain(`word${seq - 1}`);
    }
  });

  it('never hold up a final, not even while they wait for their pace', async () => {
    box.preview(preview(1, 'Hel'));
    await clock.advance(200);
    box.preview(preview(2, 'Hello'));
    await clock.advance(100);
    await box.deliver(final('Hello.'), turn, signal);
    expect(clock.monotonic()).toBe(300);
    await clock.advance(10_000);
    expect(platform.texts()).toEqual(['Hello.']);
    expect(clock.sleepers).toBe(0);
  });

  it('let the final wait for the edit that is under way, and for nothing else', async () => {
    box.preview(preview(1, 'Hel'));
    await clock.advance(200);
    const gate = Promise.withResolvers<void>();
    platform.latency = () => gate.promise;
    box.preview(preview(2, 'Hello'));
    await clock.advance(2_000);
    box.preview(preview(3, 'Hello th'));
    const delivered = box.deliver(final('Hello there.'), turn, signal);
    await clock.advance(1_000);
    expect(platform.calls.at(-1)).toMatchObject({ role: 'preview', text: 'Hello\n…' });
    gate.resolve();
    await delivered;
    expect(platform.history.map(({ text }) => text)).toEqual([
      '…',
      'Hel\n…',
      'Hello\n…',
      'Hello there.',
    ]);
  });

  it('that arrive after the final, long given up, do not stay: the final is said again', async () => {
    box.preview(preview(0, ''));
    await clock.advance(200);
    platform.faults.edit.push({ kind: 'arrives late' });
    box.preview(preview(1, 'Hel'));
    await clock.advance(100);
    const first = await box.deliver(final('Hello.'), turn, signal);
    expect(platform.texts()).toEqual(['Hello.']);
    platform.arrive();
    expect(platform.texts()).toEqual(['Hel\n…']);
    if (first.kind !== 'later') throw new Error('it was held to be delivered');
    expect(first.afterMs).toBeLessThanOrEqual(5_000);
    await clock.advance(first.afterMs);
    expect((await box.deliver(final('Hello.'), turn, signal)).kind).toBe('delivered');
    expect(platform.texts()).toEqual(['Hello.']);
  });

  it('that are stale are dropped: older, of an older turn, of an answered prompt', async () => {
    box.preview(preview(5, 'five'));
    await clock.advance(2_000);
    box.preview(preview(4, 'four'));
    await clock.advance(2_000);
    expect(platform.texts()).toEqual(['five\n…']);
    box.preview(preview(1, 'one', { turnEpoch: 2 }));
    await clock.advance(2_000);
    expect(platform.texts()).toEqual(['one\n…']);
    box.preview(preview(6, 'six'));
    await clock.advance(2_000);
    expect(platform.texts()).toEqual(['one\n…']);
    await box.deliver(final('Done.'), turn, signal);
    box.preview(preview(9, 'nine', { turnEpoch: 2 }));
    await clock.advance(2_000);
    expect(platform.texts()).toEqual(['Done.']);
  });

  it('that come late do not end those of the prompt that is answered now', async () => {
    box.preview(preview(1, 'one'));
    await clock.advance(500);
    await box.deliver(final('Done.'), turn, signal);
    box.preview(preview(1, 'two', { prompt: 'p2' }));
    await clock.advance(2_000);
    box.preview(preview(2, 'one more'));
    const typed = platform.calls.filter(({ kind }) => kind === 'typing').length;
    await clock.advance(4_000);
    expect(platform.calls.filter(({ kind }) => kind === 'typing')).toHaveLength(typed + 1);
    box.preview(preview(2, 'two more', { prompt: 'p2', turnEpoch: 2 }));
    box.preview(preview(7, 'zero', { prompt: 'p0' }));
    await clock.advance(2_000);
    expect(platform.texts()).toEqual(['Done.', 'two more\n…']);
  });

  it('of a worker that woke up late are dropped by a bridge that knows nothing of it', async () => {
    const reply = final('Done.');
    await box.deliver(reply, turn, signal);
    receipts.end(reply.anchor);
    const successor = outbox();
    successor.preview(preview(3, 'three'));
    await clock.advance(20_000);
    expect(platform.texts()).toEqual(['Done.']);
    expect(platform.calls.filter(({ kind }) => kind === 'typing')).toEqual([]);
    expect(clock.sleepers).toBe(0);
  });

  it('wait until the replies before them are shown, typing and placeholder included', async () => {
    pending = 1;
    box.preview(preview(1, 'Hel', { prompt: 'p2' }));
    await clock.advance(5_000);
    expect(platform.calls).toEqual([]);
    await box.deliver(final('First.', 'p1'), turn, signal);
    pending = 0;
    await clock.advance(1_000);
    expect(platform.texts()).toEqual(['First.', 'Hel\n…']);
  });

  it('pause for the whole of a `wait`, and the final waits for its rest only', async () => {
    box.preview(preview(1, 'Hel'));
    await clock.advance(200);
    platform.faults.edit.push({ kind: 'wait', afterMs: 60_000 });
    box.preview(preview(2, 'Hello'));
    await clock.advance(1_200);
    const before = platform.calls.filter(({ kind }) => kind !== 'typing').length;
    box.preview(preview(3, 'Hello th'));
    await clock.advance(50_000);
    expect(platform.calls.filter(({ kind }) => kind !== 'typing')).toHaveLength(before);
    const delivered = await box.deliver(final('Hello there.'), turn, signal);
    expect(delivered).toMatchObject({ kind: 'later' });
    await clock.advance(10_000);
    await box.deliver(final('Hello there.'), turn, signal);
    expect(platform.texts()).toEqual(['Hello there.']);
  });

  it('stop when their message is deleted, and the final is posted anew', async () => {
    box.preview(preview(1, 'Hel'));
    await clock.advance(200);
    platform.remove('m1');
    box.preview(preview(2, 'Hello'));
    await clock.advance(5_000);
    expect(platform.texts()).toEqual([]);
    await box.deliver(final('Hello.'), turn, signal);
    expect(platform.texts()).toEqual(['Hello.']);
  });

  it('are gone on with by a bridge that takes over, in the same message', async () => {
    box.preview(preview(1, 'Hel'));
    await clock.advance(200);
    const successor = outbox();
    successor.preview(preview(2, 'Hello'));
    await clock.advance(4_900);
    expect(platform.texts()).toEqual(['Hel\n…']);
    await clock.advance(2_000);
    expect(platform.texts()).toEqual(['Hello\n…']);
    await successor.deliver(final('Hello.'), turn, signal);
    expect(platform.texts()).toEqual(['Hello.']);
  });

  it('end when the outbox is disposed, after what is under way', async () => {
    box.preview(preview(1, 'Hel'));
    await clock.advance(200);
    await box[Symbol.asyncDispose]();
    box.preview(preview(2, 'Hello'));
    await clock.advance(10_000);
    expect(platform.texts()).toEqual(['Hel\n…']);
    expect(clock.sleepers).toBe(0);
  });
});

describe('typing', () => {
  const typed = () => platform.calls.filter(({ kind }) => kind === 'typing').length;

  it('is shown from the start of the work until the final, again every 4 s', async () => {
    box.preview(preview(1, ''));
    await clock.advance(9_000);
    expect(typed()).toBe(3);
    await box.deliver(final('Hello.'), turn, signal);
    await clock.advance(20_000);
    expect(typed()).toBe(3);
  });

  it('ends when nothing is heard of the work any more', async () => {
    box.preview(preview(1, ''));
    await clock.advance(1_000_000);
    const before = typed();
    await clock.advance(100_000);
    expect(typed()).toBe(before);
    expect(clock.sleepers).toBe(0);
  });
});

describe('previewText', () => {
  const length = (markdown: string) => markdown.length;

  it('shows all of a short text', () => {
    expect(previewText('Hello', 100, length)).toBe('Hello\n…');
  });

  it('closes a code block that is being written', () => {
    expect(previewText('```ts\nconst a', 100, length)).toBe('```ts\nconst a\n```\n…');
  });

  it('shows the end of a long text, in its code block when it stands in one', () => {
    const lines = Array.from({ length: 100 }, (_, i) => `line ${i}`);
    const shown = previewText(`Intro\n\n\`\`\`sh\n${lines.join('\n')}`, 200, length);
    expect(shown.length).toBeLessThanOrEqual(200);
    expect(shown).toMatch(/^…\n\n```sh\nline/);
    expect(shown).toMatch(/line 99\n```\n…$/);
  });
});
