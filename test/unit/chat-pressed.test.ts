import { beforeEach, describe, expect, it } from 'vitest';

import type { Admission } from '../../src/chat/admit.ts';
import { partsOf } from '../../src/chat/parts.ts';
import type { Incoming } from '../../src/chat/port.ts';
import { replySchema } from '../../src/reply.ts';
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

function incoming(text: string, author = 'memory:ann', more: Partial<Incoming> = {}): Incoming {
  return message(text, { author: { id: author, name: '' }, isPrivate: false, ...more });
}

describe('the buttons of answers', () => {
  it('stop the prompt that they name, and no other, without a word in the conversation', async () => {
    const question = incoming('Question?');
    await desk.receive(question, signal);
    const stop = incoming(`/stop ${question.id}`);
    expect(await desk.pressed(stop, signal)).toEqual({});
    expect(await desk.pressed(stop, signal)).toEqual({});
    expect(given.prompts.stops).toEqual([`memory-1.chat-1 ${question.id}`]);
    const late = await desk.pressed(incoming('/stop mem-gone'), signal);
    expect(late).toEqual({ notice: en.nothingToStop });
    expect(given.prompts.replies).toEqual([]);
  });

  it('ask the last prompt again where it was asked, and no earlier one', async () => {
    const question = incoming('Question?', 'memory:ann', { address: 'at the question' });
    await desk.receive(question, signal);
    given.conversations.last = given.prompts.prompts[0];
    expect(await desk.pressed(incoming(`/retry ${question.id}`), signal)).toEqual({});
    expect(given.prompts.prompts[1]).toMatchObject({
      text: 'Question?',
      address: 'at the question',
    });
    expect(await desk.pressed(incoming('/retry mem-old'), signal)).toEqual({
      notice: en.nothingToRetry,
    });
    given.prompts.unfair = { kind: 'too-fast', of: 'person', afterMs: 5_000 };
    expect(await desk.pressed(incoming(`/retry ${question.id}`), signal)).toEqual({
      notice: en.tooFast('person', 5),
    });
    expect(given.prompts.replies).toEqual([]);
  });

  it('do nothing for somebody who may not talk, which they alone are told', async () => {
    const question = incoming('Question?');
    await desk.receive(question, signal);
    expect(await desk.pressed(incoming(`/stop ${question.id}`, 'memory:eve'), signal)).toEqual({
      notice: en.notLetIn,
    });
    expect([given.prompts.stops, given.prompts.replies]).toEqual([[], []]);
  });

  it('reject when nothing could be stored, so that the press is offered again', async () => {
    given.prompts.isAway = true;
    await expect(desk.pressed(incoming('/stop mem-1'), signal)).rejects.toThrow();
  });
});

describe('the buttons of an owner who is asked about a stranger', () => {
  const boss = (text: string) =>
    incoming(text, 'memory:boss', { isPrivate: true, conversation: 'boss', address: 'b' });

  it('stand below the notice, and let the stranger in', async () => {
    await desk.receive(boss('Hello'), signal);
    const stranger = { isPrivate: true, conversation: 'eve' };
    await desk.receive(incoming('Let me in', 'memory:eve', stranger), signal);
    const asked = given.prompts.replies.find(({ text }) => text.includes('CODE1'));
    const buttons = replySchema.parse(asked).buttons ?? [];
    expect(buttons.map(({ label }) => label)).toEqual([en.allowButton, en.denyButton]);
    await desk.pressed(boss(buttons[0]?.command ?? ''), signal);
    expect(given.prompts.replies.at(-1)?.text).toBe(en.pairingApproved);
    const again = await desk.receive(incoming('And now?', 'memory:eve', stranger), signal);
    expect(again).toBe('queued');
  });

  it('give nobody else an owner’s right', async () => {
    await desk.receive(boss('Hello'), signal);
    await desk.receive(incoming('Hi', 'memory:eve', { isPrivate: true }), signal);
    await desk.pressed(incoming('/allow CODE1'), signal);
    expect(given.prompts.replies.at(-1)?.text).toBe(en.ownersOnly);
  });
});

describe('buttons of a reply', () => {
  const button = { label: 'Again', command: '/retry p1' };
  const adapter = (takesButtons: boolean) => ({
    maxChars: 10,
    measure: (text: string) => text.length,
    takesButtons,
    takesFiles: true,
  });

  it('stand below its last text, before its file, where there are any', () => {
    const file = { name: 'a.txt', mime: 'text/plain', base64: '' };
    const reply = { text: 'One two three four', file, buttons: [button] };
    const parts = partsOf(reply, adapter(true));
    expect(parts.map(({ buttons }) => buttons?.length ?? 0)).toEqual([0, 1, 0]);
    expect(partsOf(reply, adapter(false)).some(({ buttons }) => buttons !== undefined)).toBe(false);
  });

  it('are commands that every platform can carry', () => {
    const reply = { v: 1, id: 'p', anchor: 'p', conversation: 'c', account: 'a', address: '' };
    const said = { ...reply, kind: 'words', final: true, text: '', receivedAtMs: 0 };
    const takes = (command: string) =>
      replySchema.safeParse({ ...said, buttons: [{ label: 'x', command }] }).success;
    expect(takes('/retry tg-7000000001-123456789')).toBe(true);
    expect(takes(`/retry ${'1'.repeat(57)}`)).toBe(true);
    expect(takes(`/retry ${'1'.repeat(58)}`)).toBe(false);
    expect(takes('retry p1')).toBe(false);
  });
});
