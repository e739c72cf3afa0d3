import { beforeEach, describe, expect, it } from 'vitest';

import type { Admission } from '../../src/chat/admit.ts';
import type { Incoming } from '../../src/chat/port.ts';
import { wordsFor } from '../../src/words.ts';
import { ChatDesk, incoming as message } from './chat-desk.ts';

const en = wordsFor('en');
const { signal } = new AbortController();

let given: ChatDesk;
let desk: Admission;

beforeEach(() => {
  given = new ChatDesk();
  desk = given.admission({ mode: 'pairing', owners: ['memory:boss'], allow: ['memory:ann'] });
});

function incoming(text: string, more: Partial<Incoming> = {}): Incoming {
  return message(text, { author: { id: 'memory:eve', name: '' }, isPrivate: false, ...more });
}

const saidWords = () => given.prompts.replies.map(({ text }) => text);

describe('a command of somebody who may not talk', () => {
  it('is refused by the adapter where it can tell them alone', async () => {
    const alone = { refusal: 'alone' } as const;
    const refused = { refused: en.notLetIn };
    expect(await desk.receive(incoming('/help', alone), signal)).toEqual(refused);
    const li = { id: 'memory:li', name: 'Li', locale: 'zh-CN' };
    const chinese = { refused: wordsFor('zh').notLetIn };
    expect(await desk.receive(incoming('/help', { ...alone, author: li }), signal)).toEqual(
      chinese,
    );
    expect(saidWords()).toEqual([]);
  });

  it('is refused in the chat where it names the bot, once for all who are there', async () => {
    const here = { refusal: 'here' } as const;
    expect(await desk.receive(incoming('/help', here), signal)).toBe('replied');
    expect(await desk.receive(incoming('/ask why?', here), signal)).toBe('ignored');
    const elsewhere = { ...here, conversation: 'other' };
    expect(await desk.receive(incoming('/help', elsewhere), signal)).toBe('replied');
    expect(saidWords()).toEqual([en.notLetIn, en.notLetIn]);
    expect(given.prompts.prompts).toEqual([]);
  });

  it('is met with silence where it may be meant for another', async () => {
    expect(await desk.receive(incoming('/help'), signal)).toBe('ignored');
    expect(saidWords()).toEqual([]);
  });

  it('does what it says once they are let in', async () => {
    const ann = { id: 'memory:ann', name: 'Ann' };
    const asked = incoming('/ask why?', { author: ann, refusal: 'alone' });
    expect(await desk.receive(asked, signal)).toBe('queued');
  });
});

it('a command that its chat has just been refused is refused by the adapter', async () => {
  given.prompts.unfair = { kind: 'too-fast', of: 'chat', afterMs: 2_000 };
  const asked = { author: { id: 'memory:ann', name: 'Ann' }, refusal: 'alone' } as const;
  expect(await desk.receive(incoming('/ask why?', asked), signal)).toBe('replied');
  const slow = en.tooFast('chat', 2);
  expect(await desk.receive(incoming('/ask why?', asked), signal)).toEqual({ refused: slow });
  expect(saidWords()).toEqual([slow]);
});
