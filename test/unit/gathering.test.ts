import fc from 'fast-check';
import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';

import { Gathering } from '../../src/chat/gathering.ts';
import type { Incoming, Intake } from '../../src/chat/port.ts';
import { maxPromptChars } from '../../src/chat/questions.ts';
import { MemoryPartStore } from '../contracts/memory-part-store.ts';
import { FakeClock } from '../fake-clock.ts';
import { incoming as message } from './chat-desk.ts';

const never = new AbortController().signal;
const log = pino({ level: 'silent' });

let clock: FakeClock;
let parts: MemoryPartStore;
let taken: Incoming[];
let isAway: boolean;

beforeEach(() => {
  clock = new FakeClock();
  parts = new MemoryPartStore();
  taken = [];
  isAway = false;
});

const intake: Intake = {
  receive: async (message) => {
    await Promise.resolve();
    if (isAway) throw new Error('Redis is away');
    if (parts.isSeen(message.id) || taken.some(({ id }) => id === message.id)) return 'known';
    taken.push(message);
    return 'queued';
  },
};

function gathering(signal = never): Gathering {
  return new Gathering({ intake, parts, clock, log }, signal);
}

let said = 0;
function incoming(text: string, more: Partial<Incoming> = {}): Incoming {
  said += 1;
  return message(text, { id: `mem-${said}`, conversation: 'c', address: `a-${said}`, ...more });
}

const cut = (glue: '' | '\n' = '') => ({ part: { kind: 'cut', glue } }) as const;
const album = (name: string) => ({ part: { kind: 'album', album: name } }) as const;
const texts = () => taken.map(({ text }) => text);

const forward = (text: string, from = 'Eve') =>
  ({ part: { kind: 'forward' }, forwarded: [{ from, text }] }) as const;

describe('what is passed on', () => {
  it('is one message, with what is said to it before or after', async () => {
    const gather = gathering();
    await gather.receive(incoming('True?', { part: { kind: 'comment' } }), never);
    await gather.receive(incoming('', forward('One.')), never);
    await gather.receive(incoming('', forward('Two.', 'Bo')), never);
    await clock.advance(1_000);
    await gather.receive(incoming('', forward('Three.')), never);
    await gather.receive(incoming('And this?'), never);
    expect(taken.map(({ text, forwarded }) => ({ text, forwarded }))).toEqual([
      {
        text: 'True?',
        forwarded: [
          { from: 'Eve', text: 'One.' },
          { from: 'Bo', text: 'Two.' },
        ],
      },
      { text: 'And this?', forwarded: [{ from: 'Eve', text: 'Three.' }] },
    ]);
  });

  it('does not swallow a command, or what another says', async () => {
    const gather = gathering();
    await gather.receive(incoming('', forward('One.')), never);
    await gather.receive(incoming('/reset'), never);
    await gather.receive(incoming('', forward('Two.')), never);
    await gather.receive(incoming('Hi', { author: { id: 'memory:bo', name: 'Bo' } }), never);
    expect(texts()).toEqual(['', '/reset', '', 'Hi']);
  });

  it('stands for itself where nothing follows', async () => {
    await gathering().receive(incoming('Hm.', { part: { kind: 'comment' } }), never);
    await clock.advance(1_000);
    expect(texts()).toEqual(['Hm.']);
  });
});

describe('a text that the client has cut', () => {
  it('is one message once its rest has come, at the address of its beginning', async () => {
    const desk = gathering();
    const first = incoming('begin', cut());
    expect(await desk.receive(first, never)).toBe('queued');
    expect(await desk.receive(incoming('ning, ', cut('\n')), never)).toBe('queued');
    expect(taken).toEqual([]);
    await desk.receive(incoming('end', { isAddressed: false }), never);
    expect(taken).toMatchObject([
      { text: 'beginning, \nend', id: `${first.id}.all`, address: first.address },
    ]);
    expect(await parts.conversations()).toEqual([]);
    await desk.receive(incoming('next'), never);
    expect(texts()).toHaveLength(2);
  });

  it('is whole after a second in which nothing came', async () => {
    const desk = gathering();
    await desk.receive(incoming('long', cut()), never);
    await clock.advance(999);
    expect(taken).toEqual([]);
    await clock.advance(1);
    expect(texts()).toEqual(['long']);
    await desk.receive(incoming('later'), never);
    expect(texts()).toEqual(['long', 'later']);
  });

  it('takes in nothing of somebody else, no command and no album, which come after it', async () => {
    const desk = gathering();
    for (const other of [
      incoming('mine', { author: { id: 'memory:bob', name: 'Bob' } }),
      incoming('/stop all'),
      incoming('picture', album('1')),
    ]) {
      await desk.receive(incoming('long', cut()), never);
      await desk.receive(other, never);
      await clock.advance(1_000);
    }
    expect(texts()).toEqual(['long', 'mine', 'long', '/stop all', 'long', 'picture']);
  });

  it('is not ended by what is not said to the bot', async () => {
    const desk = gathering();
    await desk.receive(incoming('begin', cut()), never);
    const aside = { author: { id: 'memory:bob', name: 'Bob' }, isAddressed: false };
    await desk.receive(incoming('aside', aside), never);
    await desk.receive(incoming('ning'), never);
    expect(texts()).toEqual(['aside', 'beginning']);
  });
});

describe('an album', () => {
  it('is one message with all its words and files', async () => {
    const desk = gathering();
    const file = (ref: string) => ({ name: 'p.jpg', mime: 'image/jpeg', ref });
    await desk.receive(incoming('', { ...album('1'), files: [file('a')] }), never);
    await desk.receive(incoming('What is it?', { ...album('1'), files: [file('b')] }), never);
    await desk.receive(incoming('', { ...album('1'), files: [file('c')] }), never);
    await desk.receive(incoming('And this?', album('2')), never);
    await clock.advance(1_000);
    expect(texts()).toEqual(['What is it?', 'And this?']);
    expect(taken[0]?.files?.map(({ ref }) => ref)).toEqual(['a', 'b', 'c']);
  });
});

it('the rest of a text that is too long anyway goes with it, and is no question of its own', async () => {
  const desk = gathering();
  for (let n = 0; n < 244; n += 1) {
    expect(await desk.receive(incoming('x'.repeat(4_096), cut()), never)).toBe('queued');
  }
  await desk.receive(incoming('the end'), never);
  expect(texts().map((text) => text.length)).toEqual([20 * 4_096]);
  expect(taken[0]?.text.length).toBeGreaterThan(maxPromptChars);
  await desk.receive(incoming('And now?'), never);
  expect(texts().at(-1)).toBe('And now?');
});

describe('a process that dies', () => {
  it('leaves the parts to the next one, where the rest may still come', async () => {
    const ended = new AbortController();
    const first = incoming('begin', cut());
    await gathering(ended.signal).receive(first, never);
    ended.abort();
    const next = gathering();
    await next.resume();
    // The platform gives again what it does not know to be safe.
    expect(await next.receive(first, never)).toBe('known');
    await next.receive(incoming('ning'), never);
    expect(texts()).toEqual(['beginning']);
  });

  it('between taking it in and dropping the parts repeats nothing', async () => {
    const ended = new AbortController();
    parts.losesDrops = true;
    const dying = gathering(ended.signal);
    await dying.receive(incoming('begin', cut()), never);
    await dying.receive(incoming('ning'), never);
    ended.abort();
    parts.losesDrops = false;
    const next = gathering();
    await next.resume();
    await clock.advance(1_000);
    expect(texts()).toEqual(['beginning']);
    expect(await parts.conversations()).toEqual([]);
  });

  it('finds what a newer version left there, leaves it, and goes on with its own', async () => {
    const newer = '{"v":3,"said":"otherwise"}';
    const { conversation } = incoming('x');
    await parts.add(conversation, 'newer', newer);
    await parts.add(conversation, 'broken', '{');
    const desk = gathering();
    await desk.resume();
    expect(await parts.read(conversation)).toEqual([newer]);
    await desk.receive(incoming('begin', cut()), never);
    expect(await parts.read(conversation)).toEqual([newer, expect.stringContaining('{"v":1,')]);
    await desk.receive(incoming('ning'), never);
    expect(texts()).toEqual(['beginning']);
    expect(await parts.read(conversation)).toEqual([newer]);
  });

  it('in an orderly way takes in what it has', async () => {
    const desk = gathering();
    await desk.receive(incoming('begin', cut()), never);
    await desk.end();
    expect(texts()).toEqual(['begin']);
  });
});

it('while nothing can be stored, parts stay and are tried again', async () => {
  const desk = gathering();
  await desk.receive(incoming('begin', cut()), never);
  isAway = true;
  expect(await desk.receive(incoming('ning'), never)).toBe('queued');
  await clock.advance(3_000);
  isAway = false;
  await clock.advance(1_000);
  expect(texts()).toEqual(['beginning']);
});

it('whatever is said, nothing is lost, repeated or out of order', async () => {
  const saying = fc.record({
    who: fc.constantFrom('ann', 'bob'),
    part: fc.constantFrom(undefined, cut().part, album('1').part, album('2').part),
    pauseMs: fc.constantFrom(0, 0, 400, 1_500),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(saying, { maxLength: 12 }), async (sayings) => {
      clock = new FakeClock();
      parts = new MemoryPartStore();
      taken = [];
      const desk = gathering();
      for (const [at, { who, part, pauseMs }] of sayings.entries()) {
        const author = { id: `memory:${who}`, name: who };
        const message = incoming(`<${at}>`, { author, ...(part === undefined ? {} : { part }) });
        await desk.receive(message, never);
        await desk.receive(message, never);
        await clock.advance(pauseMs);
      }
      await clock.advance(2_000);
      const all = sayings.map((_, at) => `<${at}>`).join('');
      expect(texts().join('').replaceAll('\n', '')).toBe(all);
    }),
  );
});
