import { beforeEach, describe, expect, it } from 'vitest';

import type { AdmissionOptions } from '../../src/chat/admit.ts';
import type { Admission } from '../../src/chat/admit.ts';
import { ChatDesk, incoming } from './chat-desk.ts';

const { signal } = new AbortController();
let given: ChatDesk;

beforeEach(() => {
  given = new ChatDesk();
});

function admission(more: Partial<AdmissionOptions> = {}): Admission {
  return given.admission({}, { maxPromptChars: 200, ...more });
}

describe('a message that is changed or deleted', () => {
  it('changes the prompt that waits, its quote and its command as when it came', async () => {
    const desk = admission();
    const more = { address: 'a', quoted: 'They said' };
    await desk.receive(incoming('/ask Waht?', more), signal);
    await desk.edited(incoming('/ask What?\u0007', more), signal);
    expect(given.prompts.prompts).toMatchObject([
      { text: expect.stringMatching(/^Quoted message.*\n> They said\n\nWhat\?$/), address: 'a' },
    ]);
  });

  it('changes nothing when there is nothing left to ask, too much, or another command', async () => {
    const desk = admission();
    await desk.receive(incoming('What?', { address: 'a' }), signal);
    const texts = ['', '/ask', '/help', 'x'.repeat(201)];
    for (const text of texts) await desk.edited(incoming(text, { address: 'a' }), signal);
    expect(given.prompts.prompts).toMatchObject([{ text: 'What?' }]);
  });

  it('drops the prompt that waits', async () => {
    const desk = admission();
    await desk.receive(incoming('What?', { address: 'a' }), signal);
    await desk.deleted({ conversation: 'chat-2', address: 'a', isPrivate: true }, signal);
    expect(given.prompts.prompts).toHaveLength(1);
    await desk.deleted({ conversation: 'chat-1', address: 'a', isPrivate: true }, signal);
    expect(given.prompts.prompts).toHaveLength(0);
  });

  it('drops it where each person of a group has a conversation, too', async () => {
    const desk = admission({ groups: 'per-user' });
    const group = { address: 'a', isPrivate: false };
    await desk.receive(incoming('What?', group), signal);
    const gone = { conversation: 'chat-1', ...group };
    await desk.deleted({ ...gone, author: { id: 'memory:bob' } }, signal);
    expect(given.prompts.prompts).toHaveLength(1);
    await desk.deleted({ ...gone, author: { id: 'memory:ann' } }, signal);
    expect(given.prompts.prompts).toHaveLength(0);
  });
});
