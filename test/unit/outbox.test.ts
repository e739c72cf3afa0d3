import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';

import { Outbox } from '../../src/chat/outbox.ts';
import type { Preview, Reply } from '../../src/reply.ts';
import { MemoryPlatform } from '../contracts/memory-platform.ts';
import { MemoryReceipts } from '../contracts/memory-receipts.ts';
import { FakeClock, settle } from '../fake-clock.ts';

const log = pino({ level: 'silent' });
const turn = { mayAct: () => true, takenOver: false };
const { signal } = new AbortController();

let clock: FakeClock;
let platform: MemoryPlatform;
let receipts: MemoryReceipts;
let resent: number[];
let pending: number;
let holdsLease: boolean;

beforeEach(() => {
  clock = new FakeClock();
  platform = new MemoryPlatform();
  platform.now = () => clock.monotonic();
  receipts = new MemoryReceipts();
  resent = [];
  pending = 0;
  holdsLease = true;
});

function outbox(lost?: AbortSignal): Outbox {
  return new Outbox({
    ...(lost === undefined ? {} : { lost }),
    adapter: platform,
    receipts,
    pendingReplies: async () => pending,
    mayAct: () => holdsLease,
    clock,
    log,
    onResend: ({ chunk }) => resent.push(chunk),
  });
}

function reply(text: string, more: Partial<Reply> = {}): Reply {
  return {
    v: 1,
    id: 'p1',
    anchor: 'p1',
    prompt: 'p1',
    conversation: 'c',
    account: 'memory-1',
    address: 'here',
    kind: 'answer',
    final: true,
    text,
    receivedAtMs: clock.now(),
    ...more,
  };
}

let seq = 0;
function preview(text: string, more: Partial<Preview> = {}): Preview {
  seq += 1;
  const place = { conversation: 'c', account: 'memory-1', address: 'here' };
  return { prompt: 'p1', ...place, turnEpoch: 1, seq, text, ...more };
}

const roles = () => platform.calls.filter(({ kind }) => kind !== 'typing').map(({ role }) => role);

describe('a reply', () => {
  it('is posted as it is when it is ready at once', async () => {
    const delivered = await outbox().deliver(reply('Hello.'), turn, signal);
    expect(delivered).toEqual({ kind: 'delivered', messageIds: ['m1'] });
    expect(platform.texts()).toEqual(['Hello.']);
    expect(roles()).toEqual(['answer']);
  });

  it('comes by edit into a placeholder when it takes longer', async () => {
    const box = outbox();
    box.preview(preview(''));
    await clock.advance(149);
    expect(platform.texts()).toEqual([]);
    await clock.advance(1);
    expect(platform.texts()).toEqual(['…']);
    await box.deliver(reply('Hello.'), turn, signal);
    expect(platform.texts()).toEqual(['Hello.']);
    expect(roles()).toEqual(['placeholder', 'answer']);
  });

  it('gets a placeholder first when its beginning was not seen and is long ago', async () => {
    const old = reply('Hello.');
    await clock.advance(1_000);
    await outbox().deliver(old, turn, signal);
    expect(roles()).toEqual(['placeholder', 'answer']);
  });

  it('gets a placeholder first when the turn was taken over', async () => {
    await outbox().deliver(reply('Hello.'), { ...turn, takenOver: true }, signal);
    expect(roles()).toEqual(['placeholder', 'answer']);
    expect(platform.texts()).toEqual(['Hello.']);
  });

  it('that is under way when the lease is lost is given up at once, and left to the next bridge', async () => {
    const lease = new AbortController();
    const box = outbox(lease.signal);
    platform.faults.post.push({ kind: 'hangs' });
    const delivering = box.deliver(reply('Hello.'), turn, signal);
    await settle();
    expect(platform.calls).toHaveLength(1);
    holdsLease = false;
    lease.abort();
    expect(await delivering).toMatchObject({ kind: 'later' });
    holdsLease = true;
    await outbox().deliver(reply('Hello.'), { ...turn, takenOver: true }, signal);
    expect(platform.texts()).toEqual(['Hello.']);
  });

  it('of which nobody knows what became of it may still arrive for a while, which the next bridge is told', async () => {
    const box = outbox();
    expect(box.isQuiet).toBe(true);
    platform.faults.post.push({ kind: 'lost before' });
    await box.deliver(reply('Hello.'), turn, signal);
    await box[Symbol.asyncDispose]();
    expect(box.isQuiet).toBe(false);
    await clock.advance(5_000);
    expect(box.isQuiet).toBe(true);
  });

  it('goes on in further messages when it is long', async () => {
    const text = Array.from({ length: 18 }, (_, i) => `Paragraph ${i} with some words.`).join(
      '\n\n',
    );
    const delivered = await outbox().deliver(reply(text), turn, signal);
    expect(delivered).toEqual({ kind: 'delivered', messageIds: ['m1', 'm2', 'm3'] });
    expect(platform.texts().join('\n\n')).toBe(text);
  });

  it('replaces the notice that has its anchor', async () => {
    const box = outbox();
    const notice = { id: 'p1.wait', kind: 'words', final: false } as const;
    await box.deliver(reply('Still waiting …', notice), turn, signal);
    expect(platform.texts()).toEqual(['Still waiting …']);
    box.preview(preview('Hel'));
    await clock.advance(2_000);
    expect(platform.texts()).toEqual(['Hel\n…']);
    await box.deliver(reply('Hello.'), turn, signal);
    expect(platform.texts()).toEqual(['Hello.']);
  });

  it('is not repeated when it is delivered again by a process that took over', async () => {
    const long = reply('x'.repeat(300));
    await outbox().deliver(long, turn, signal);
    const successor = outbox();
    const takenOver = { ...turn, takenOver: true };
    // An edit of the predecessor could still arrive for as long as its deadline.
    const early = await successor.deliver(long, takenOver, signal);
    expect(early).toEqual({ kind: 'later', afterMs: 5_000 });
    await clock.advance(5_000);
    const again = await successor.deliver(long, takenOver, signal);
    expect(again).toEqual({ kind: 'delivered', messageIds: ['m1', 'm2'] });
    expect(platform.texts()).toEqual(['x'.repeat(200), 'x'.repeat(100)]);
    expect(resent).toEqual([]);
  });
});

describe('what the platform answers', () => {
  it('wait: nothing is sent until the time is over, then it goes on', async () => {
    platform.faults.post.push({ kind: 'wait', afterMs: 137_000 });
    const box = outbox();
    expect(await box.deliver(reply('Hello.'), turn, signal)).toEqual({
      kind: 'later',
      afterMs: 137_000,
    });
    await clock.advance(100_000);
    expect(await box.deliver(reply('Hello.'), turn, signal)).toEqual({
      kind: 'later',
      afterMs: 37_000,
    });
    expect(platform.calls).toHaveLength(1);
    await clock.advance(37_000);
    expect((await box.deliver(reply('Hello.'), turn, signal)).kind).toBe('delivered');
    expect(platform.texts()).toEqual(['Hello.']);
    expect(resent).toEqual([]);
  });

  it('missing: a deleted message is posted anew, under another nonce', async () => {
    const box = outbox();
    box.preview(preview('Hel'));
    await clock.advance(1_000);
    platform.remove('m1');
    const delivered = await box.deliver(reply('Hello.'), turn, signal);
    expect(delivered).toEqual({ kind: 'delivered', messageIds: ['m2'] });
    expect(platform.texts()).toEqual(['Hello.']);
  });

  it('refused: the reply has ended', async () => {
    platform.faults.post.push({ kind: 'refused' });
    const delivered = await outbox().deliver(reply('Hello.'), turn, signal);
    expect(delivered).toEqual({ kind: 'delivered', messageIds: [] });
    expect(platform.calls).toHaveLength(1);
  });

  it('moved: the reply, and the next one, go to the new address', async () => {
    platform.faults.post.push({ kind: 'moved', address: 'there' });
    const box = outbox();
    await box.deliver(reply('Hello.'), turn, signal);
    await box.deliver(reply('Again.', { id: 'p2', anchor: 'p2' }), turn, signal);
    expect(platform.texts('there')).toEqual(['Hello.', 'Again.']);
    expect(platform.calls.map(({ address }) => address)).toEqual(['here', 'there', 'there']);
  });

  it('moved, for an edit: nothing at the new address is edited, the text is posted there', async () => {
    const box = outbox();
    box.preview(preview(''));
    await clock.advance(200);
    platform.faults.edit.push({ kind: 'moved', address: 'there' });
    await box.deliver(reply('Hello.'), turn, signal);
    expect(platform.texts('there')).toEqual(['Hello.']);
  });

  it.each(['lost before', 'lost after'] as const)(
    'unknown (%s): sent again under its nonce and counted; shown once where nonces are known',
    async (kind) => {
      platform.faults.post.push({ kind });
      const box = outbox();
      expect(await box.deliver(reply('Hello.'), turn, signal)).toEqual({
        kind: 'later',
        afterMs: 500,
      });
      expect((await box.deliver(reply('Hello.'), turn, signal)).kind).toBe('delivered');
      expect(platform.texts()).toEqual(['Hello.']);
      expect(resent).toEqual([0]);
    },
  );

  it('unknown: of a placeholder, at most a stray "…" is left where nonces are not known', async () => {
    platform = new MemoryPlatform({ takesNonces: false });
    platform.now = () => clock.monotonic();
    platform.faults.post.push({ kind: 'lost after' });
    const box = outbox();
    box.preview(preview('Hel'));
    await clock.advance(10_000);
    box.preview(preview('Hello'));
    await clock.advance(10_000);
    await box.deliver(reply('Hello.'), turn, signal);
    expect(platform.texts()).toEqual(['…', 'Hello.']);
  });

  it('unknown, for an edit: the edit is repeated', async () => {
    const box = outbox();
    box.preview(preview(''));
    await clock.advance(200);
    platform.faults.edit.push({ kind: 'lost after' }, { kind: 'lost before' });
    expect((await box.deliver(reply('Hello.'), turn, signal)).kind).toBe('later');
    expect(await box.deliver(reply('Hello.'), turn, signal)).toEqual({
      kind: 'later',
      afterMs: 1_000,
    });
    expect((await box.deliver(reply('Hello.'), turn, signal)).kind).toBe('delivered');
    expect(platform.texts()).toEqual(['Hello.']);
  });

  it('nothing: a call is given up at its deadline', async () => {
    platform.faults.post.push({ kind: 'hangs' });
    const box = outbox();
    const first = box.deliver(reply('Hello.'), turn, signal);
    await clock.advance(14_999);
    expect(platform.calls).toHaveLength(1);
    expect(await clock.until(first)).toEqual({ kind: 'later', afterMs: 500 });
    expect(clock.monotonic()).toBe(15_000);
  });
});

describe('the right to write', () => {
  it('is looked at right before every call', async () => {
    const box = outbox();
    const lost = { ...turn, mayAct: () => false };
    await expect(box.deliver(reply('Hello.'), lost, signal)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    let looks = 0;
    const lostLater = { ...turn, mayAct: () => (looks += 1) === 1 };
    await expect(box.deliver(reply('Hello.'), lostLater, signal)).rejects.toMatchObject({
      code: 'LEASE_LOST',
    });
    holdsLease = false;
    box.preview(preview('Hel', { prompt: 'p2' }));
    await clock.advance(5_000);
    expect(platform.calls).toEqual([]);
  });
});
