import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';

import { Access } from '../../src/chat/access.ts';
import { Admission } from '../../src/chat/admit.ts';
import type { Incoming } from '../../src/chat/port.ts';
import { wordsFor } from '../../src/words.ts';
import { FixedInsight, ScriptedSignIn } from '../contracts/fixed-insight.ts';
import { MemoryAccessStore } from '../contracts/memory-access-store.ts';
import { MemoryConversations } from '../contracts/memory-conversations.ts';
import { MemoryPrompts } from '../contracts/memory-prompts.ts';
import { FakeClock } from '../fake-clock.ts';

const en = wordsFor('en');
const { signal } = new AbortController();

let prompts: MemoryPrompts;
let desk: Admission;

beforeEach(() => {
  prompts = new MemoryPrompts();
  const clock = new FakeClock();
  const store = new MemoryAccessStore();
  const rules = { mode: 'pairing', owners: ['memory:boss'], allow: ['memory:ann'] } as const;
  desk = new Admission({
    account: 'memory-1',
    prompts,
    conversations: new MemoryConversations(prompts),
    insight: new FixedInsight(),
    signIn: new ScriptedSignIn(),
    access: new Access({ rules, store, clock, newCode: () => 'CODE1' }),
    owners: store,
    clock,
    log: pino({ level: 'silent' }),
  });
});

let given = 0;
function incoming(text: string, more: Partial<Incoming> = {}): Incoming {
  given += 1;
  return {
    id: `mem-${given}`,
    conversation: 'chat-1',
    address: 'here',
    author: { id: 'memory:eve', name: '' },
    fromBot: false,
    isPrivate: false,
    isAddressed: true,
    places: [],
    text,
    ...more,
  };
}

const saidWords = () => prompts.replies.map(({ text }) => text);

describe('a command of somebody who may not talk', () => {
  it('is refused by the adapter where it can tell them alone', async () => {
    expect(await desk.receive(incoming('/help', { refusal: 'alone' }), signal)).toBe('refused');
    expect(saidWords()).toEqual([]);
  });

  it('is refused in the chat where it names the bot, once for all who are there', async () => {
    const here = { refusal: 'here' } as const;
    expect(await desk.receive(incoming('/help', here), signal)).toBe('replied');
    expect(await desk.receive(incoming('/ask why?', here), signal)).toBe('ignored');
    const elsewhere = { ...here, conversation: 'other' };
    expect(await desk.receive(incoming('/help', elsewhere), signal)).toBe('replied');
    expect(saidWords()).toEqual([en.notLetIn, en.notLetIn]);
    expect(prompts.prompts).toEqual([]);
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
