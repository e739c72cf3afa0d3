import { pino } from 'pino';
import { expect, it } from 'vitest';

import { Outbox } from '../../src/chat/outbox.ts';
import type { Preview, Reply } from '../../src/reply.ts';
import { MemoryPlatform } from '../contracts/memory-platform.ts';
import { MemoryReceipts } from '../contracts/memory-receipts.ts';
import { FakeClock } from '../fake-clock.ts';

const { signal } = new AbortController();
const turn = { mayAct: () => true, takenOver: false };
const account = 'memory-1';

function outbox() {
  const clock = new FakeClock();
  const platform = new MemoryPlatform();
  platform.now = () => clock.monotonic();
  platform.chatOf = (address) => address.split('/')[0] ?? '';
  const box = new Outbox({
    adapter: platform,
    receipts: new MemoryReceipts(),
    pendingReplies: async () => 0,
    mayAct: () => true,
    clock,
    log: pino({ level: 'silent' }),
  });
  const previewsIn = (chat: string) =>
    platform.calls.filter(({ role, address }) => role === 'preview' && address.startsWith(chat));
  return { clock, platform, box, previewsIn };
}

/** Somebody's answer in a topic of a chat, so far. */
function preview(conversation: string, seq: number): Preview {
  const text = `${conversation} ${seq}`;
  return {
    prompt: conversation,
    conversation,
    account,
    address: conversation,
    turnEpoch: 1,
    seq,
    text,
  };
}

function final(conversation: string, atMs: number): Reply {
  const rest = { v: 1, kind: 'answer', final: true, receivedAtMs: atMs } as const;
  const ids = { id: conversation, anchor: conversation, prompt: conversation };
  return { ...rest, ...ids, conversation, account, address: conversation, text: 'All of it.' };
}

it('previews of several conversations of one chat come at the pace of that chat, each in its turn', async () => {
  const { clock, box, previewsIn } = outbox();
  const topics = ['group/1', 'group/2', 'group/3'];
  for (let seq = 0; seq < 80; seq += 1) {
    for (const topic of [...topics, 'other/1']) box.preview(preview(topic, seq));
    await clock.advance(100);
  }
  const times = previewsIn('group').map(({ atMs }) => atMs);
  expect(times).toEqual([150, 1_350, 2_550, 3_750, 4_950, 6_150, 7_350]);
  expect(previewsIn('other').map(({ atMs }) => atMs)).toEqual(times);
  const seen = topics.map((topic) => previewsIn(topic).length).toSorted((a, b) => a - b);
  expect(seen).toEqual([2, 2, 3]);
});

it('previews of one chat do not go out side by side, however slow its platform is', async () => {
  const { clock, platform, box, previewsIn } = outbox();
  platform.latency = async () => clock.sleep(200);
  for (let seq = 0; seq < 80; seq += 1) {
    for (const topic of ['group/1', 'group/2', 'group/3']) box.preview(preview(topic, seq));
    await clock.advance(100);
  }
  const times = previewsIn('group').map(({ atMs }) => atMs);
  const pauses = times.slice(1).map((atMs, at) => atMs - (times[at] ?? 0));
  expect(pauses.length).toBeGreaterThan(3);
  expect(Math.min(...pauses)).toBeGreaterThanOrEqual(1_200);
});

it('a chat that asked to wait is left alone by all its conversations, and only there', async () => {
  const { clock, platform, box } = outbox();
  platform.faults.post.push({ kind: 'wait', afterMs: 5_000 });
  const deliver = async (conversation: string) =>
    box.deliver(final(conversation, clock.now()), turn, signal);
  expect(await deliver('group/1')).toEqual({ kind: 'later', afterMs: 5_000 });
  expect(await deliver('group/2')).toEqual({ kind: 'later', afterMs: 5_000 });
  expect(await deliver('other/1')).toMatchObject({ kind: 'delivered' });
  await clock.advance(5_000);
  expect(await deliver('group/2')).toMatchObject({ kind: 'delivered' });
});

it('an answer that takes minutes makes no more than 20 calls in any minute at the pace of a Telegram group', async () => {
  const { clock, platform, box } = outbox();
  platform.intervalMs = 3_400;
  for (let seq = 0; seq < 1_500; seq += 1) {
    box.preview(preview('group/1', seq));
    await clock.advance(100);
  }
  await box.deliver(final('group/1', clock.now()), turn, signal);
  const times = platform.calls.filter(({ kind }) => kind !== 'typing').map(({ atMs }) => atMs);
  expect(times.length).toBeGreaterThan(40);
  const inMinuteFrom = (fromMs: number) =>
    times.filter((atMs) => atMs >= fromMs && atMs < fromMs + 60_000).length;
  expect(Math.max(...times.map(inMinuteFrom))).toBeLessThanOrEqual(20);
});
