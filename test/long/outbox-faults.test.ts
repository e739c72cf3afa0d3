import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import type { Fault } from '../../sandbox/faults.ts';
import { Outbox } from '../../src/chat/outbox.ts';
import type { Receipts } from '../../src/chat/receipts.ts';
import type { Preview, Reply } from '../../src/reply.ts';
import { MemoryReceipts } from '../contracts/memory-receipts.ts';
import { type Bed, type Call, discordBed, FastClock, telegramBed } from './outbox-bed.ts';

// discord.js keeps rate limits by the wall clock: it is put on by as long as is waited.
beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
});
afterAll(() => {
  vi.useRealTimers();
});

const platforms = { discord: discordBed, telegram: telegramBed } as const;

const body = (status: number, seconds: number) =>
  JSON.stringify({
    message: 'no',
    code: 0,
    retry_after: seconds,
    global: false,
    ok: false,
    error_code: status,
    description: 'no',
    parameters: { retry_after: seconds },
  });
const limited = (seconds: number): Fault => ({
  kind: 'status',
  status: 429,
  body: body(429, seconds),
  headers: { 'retry-after': String(seconds), 'content-type': 'application/json' },
});
const faults = {
  'done, and the answer lost': { kind: 'drop-after' },
  'reset before it was done': { kind: 'drop-before' },
  'a limit of a second': limited(1),
  'a limit of 137 s': limited(137),
  'a failure': {
    kind: 'status',
    status: 500,
    body: body(500, 0),
    headers: { 'content-type': 'application/json' },
  },
  'a page of HTML': { kind: 'status', status: 502, body: '<html><h1>502</h1></html>' },
  silence: { kind: 'hang' },
} as const satisfies Record<string, Fault>;

const words = (count: number) => Array.from({ length: count }, (_, at) => `word${at}`).join(' ');

/** Where the fault strikes, and what is shown then. */
const steps = {
  placeholder: { call: 'post', text: 'It is so.' },
  preview: { call: 'edit', text: 'It is so.' },
  'last edit': { call: 'edit', text: 'It is so.' },
  'later message': { call: 'post', text: words(700) },
  file: { call: 'file', text: words(4_500) },
} as const satisfies Record<string, { readonly call: Call; readonly text: string }>;

type Step = keyof typeof steps;

const cases = Object.keys(platforms).flatMap((platform) =>
  Object.keys(steps).flatMap((step) =>
    Object.keys(faults).map((fault) => ({ platform, step, fault })),
  ),
);

describe.concurrent('whatever befalls a call, the answer is shown whole, once and in order', () => {
  it.each(cases)('$platform, $step: $fault', async ({ platform, step, fault }) => {
    if (!isKey(platforms, platform) || !isKey(steps, step) || !isKey(faults, fault)) return;
    await using bed = await platforms[platform]();
    const { call, text } = steps[step];
    const wanted = await shownUntroubled(platform, text);
    const resent = await play(bed, step, text, () => bed.spoil(call, faults[fault]));
    expect(bed.hasStruck(call)).toBe(true);
    const shown = bed.shown().filter((one) => one !== '…');
    const strays = bed.shown().length - shown.length;
    if (platform === 'discord') expect([shown, strays]).toEqual([wanted, 0]);
    else {
      // Telegram has no key for a message: one whose fate is unknown may stand there twice.
      expect(shown.filter((one, at) => one !== shown[at - 1])).toEqual(wanted);
      const extras = strays + shown.length - wanted.length;
      expect(extras).toBeLessThanOrEqual(resent);
      if (fault === 'done, and the answer lost' && call !== 'edit') expect(extras).toBe(1);
    }
  });
});

describe.concurrent('a process that dies between a call and its note', () => {
  it.each(
    Object.keys(platforms).flatMap((platform) =>
      (['placeholder', 'later message', 'file'] as const).map((step) => ({ platform, step })),
    ),
  )('$platform, $step: its successor shows the rest', async ({ platform, step }) => {
    if (!isKey(platforms, platform)) return;
    await using bed = await platforms[platform]();
    const { text } = steps[step];
    const wanted = await shownUntroubled(platform, text);
    const receipts = new MemoryReceipts();
    const last = step === 'placeholder' ? 0 : 1;
    const dying = new Proxy(receipts, {
      get: (target, key) => {
        if (key === 'sent') {
          return async (anchor: string, chunk: number, id: string) => {
            if (chunk === last) throw new Error('killed');
            await target.sent(anchor, chunk, id);
          };
        }
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    await expect(play(bed, step, text, () => {}, dying)).rejects.toThrow('killed');
    await play(bed, step, text, () => {}, receipts, true);
    const shown = bed.shown().filter((one) => one !== '…');
    if (platform === 'discord') expect(bed.shown()).toEqual(wanted);
    expect(shown.filter((one, at) => one !== shown[at - 1])).toEqual(wanted);
    expect(bed.shown().length).toBeLessThanOrEqual(wanted.length + 1);
  });
});

describe.concurrent('a place that the bot may write to no more', () => {
  it.each(Object.keys(platforms))('%s: ends the reply, not the worker', async (platform) => {
    if (!isKey(platforms, platform)) return;
    await using bed = await platforms[platform]();
    bed.close();
    await play(bed, 'last edit', steps['last edit'].text, () => {});
    expect(bed.shown()).toEqual([]);
  });
});

/**
 * Shows an answer by way of placeholder, preview and the rest; `spoil` is called before the step.
 * How often something was sent again although it may have arrived.
 */
async function play(
  bed: Bed,
  step: Step,
  text: string,
  spoil: () => void,
  receipts: Receipts = new MemoryReceipts(),
  takenOver = false,
): Promise<number> {
  let resent = 0;
  const onResend = () => {
    resent += 1;
  };
  const clock = new FastClock();
  const { adapter, address } = bed;
  const { signal } = new AbortController();
  const log = pino({ level: 'silent' });
  const pendingReplies = async () => 0;
  const mayAct = () => true;
  await using outbox = new Outbox({
    adapter,
    receipts,
    pendingReplies,
    mayAct,
    clock,
    log,
    onResend,
  });
  const place = { prompt: 'p-1', conversation: 'c', account: 'a', address };
  const preview = (seq: number, words: string): Preview => ({
    ...place,
    turnEpoch: 1,
    seq,
    text: words,
  });

  if (!takenOver) {
    if (step === 'placeholder') spoil();
    outbox.preview(preview(1, ''));
    await until(clock, () => bed.shown().length > 0, 1_500);
    if (step === 'preview') spoil();
    outbox.preview(preview(2, 'It is'));
    await until(clock, () => bed.shown().some((one) => one.startsWith('It is')), 2_500);
    if (step === 'last edit' || step === 'later message' || step === 'file') spoil();
  }
  const reply: Reply = {
    v: 1,
    ...place,
    id: 'p-1',
    anchor: 'p-1',
    kind: 'answer',
    final: true,
    text,
    receivedAtMs: clock.now() - 60_000,
  };
  for (;;) {
    const delivered = await outbox.deliver(reply, { mayAct, takenOver }, signal);
    if (delivered.kind === 'delivered') return resent;
    clock.skip(delivered.afterMs);
    vi.setSystemTime(Date.now() + delivered.afterMs);
  }
}

async function until(clock: FastClock, holds: () => boolean, ms: number): Promise<void> {
  const endMs = clock.monotonic() + ms;
  while (!holds() && clock.monotonic() < endMs) await clock.sleep(100);
}

async function shownUntroubled(platform: keyof typeof platforms, text: string): Promise<string[]> {
  const key = `${platform} ${text.length}`;
  const known = untroubled.get(key);
  if (known !== undefined) return known;
  const showing = (async () => {
    await using bed = await platforms[platform]();
    await play(bed, 'last edit', text, () => {});
    return bed.shown();
  })();
  untroubled.set(key, showing);
  return showing;
}
const untroubled = new Map<string, Promise<string[]>>();

function isKey<T extends object>(object: T, key: PropertyKey): key is keyof T {
  return key in object;
}
