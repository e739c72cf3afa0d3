import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';

import { Access } from '../../src/chat/access.ts';
import { Admission } from '../../src/chat/admit.ts';
import type { AdmissionOptions } from '../../src/chat/admit.ts';
import type { Incoming } from '../../src/chat/port.ts';
import { FixedInsight, ScriptedSignIn } from '../contracts/fixed-insight.ts';
import { MemoryAccessStore } from '../contracts/memory-access-store.ts';
import { MemoryConversations } from '../contracts/memory-conversations.ts';
import { MemoryPrompts } from '../contracts/memory-prompts.ts';
import { FakeClock } from '../fake-clock.ts';

const { signal } = new AbortController();
const clock = new FakeClock();
let prompts: MemoryPrompts;

beforeEach(() => {
  prompts = new MemoryPrompts();
});

function admission(more: Partial<AdmissionOptions> = {}): Admission {
  const store = new MemoryAccessStore();
  const rules = { mode: 'open', owners: [], allow: [] } as const;
  return new Admission({
    account: 'memory-1',
    prompts,
    conversations: new MemoryConversations(prompts),
    insight: new FixedInsight(),
    signIn: new ScriptedSignIn(),
    access: new Access({ rules, store, clock }),
    owners: store,
    clock,
    log: pino({ level: 'silent' }),
    maxPromptChars: 200,
    ...more,
  });
}

let said = 0;
function incoming(text: string, more: Partial<Incoming> = {}): Incoming {
  said += 1;
  return {
    id: `mem-${said}`,
    conversation: 'chat-1',
    address: 'here',
    author: { id: 'memory:ann', name: 'Ann' },
    fromBot: false,
    isPrivate: true,
    isAddressed: true,
    places: [],
    text,
    ...more,
  };
}

describe('a message that is changed or deleted', () => {
  it('changes the prompt that waits, its quote and its command as when it came', async () => {
    const desk = admission();
    const more = { address: 'a', quoted: 'They said' };
    await desk.receive(incoming('/ask Waht?', more), signal);
    await desk.edited(incoming('/ask What?\u0007', more), signal);
    expect(prompts.prompts).toMatchObject([
      { text: expect.stringMatching(/^Quoted message.*\n> They said\n\nWhat\?$/), address: 'a' },
    ]);
  });

  it('changes nothing when there is nothing left to ask, too much, or another command', async () => {
    const desk = admission();
    await desk.receive(incoming('What?', { address: 'a' }), signal);
    const texts = ['', '/ask', '/help', 'x'.repeat(201)];
    for (const text of texts) await desk.edited(incoming(text, { address: 'a' }), signal);
    expect(prompts.prompts).toMatchObject([{ text: 'What?' }]);
  });

  it('drops the prompt that waits', async () => {
    const desk = admission();
    await desk.receive(incoming('What?', { address: 'a' }), signal);
    await desk.deleted({ conversation: 'chat-2', address: 'a', isPrivate: true }, signal);
    expect(prompts.prompts).toHaveLength(1);
    await desk.deleted({ conversation: 'chat-1', address: 'a', isPrivate: true }, signal);
    expect(prompts.prompts).toHaveLength(0);
  });

  it('drops it where each person of a group has a conversation, too', async () => {
    const desk = admission({ groups: 'per-user' });
    const group = { address: 'a', isPrivate: false };
    await desk.receive(incoming('What?', group), signal);
    const gone = { conversation: 'chat-1', ...group };
    await desk.deleted({ ...gone, author: { id: 'memory:bob' } }, signal);
    expect(prompts.prompts).toHaveLength(1);
    await desk.deleted({ ...gone, author: { id: 'memory:ann' } }, signal);
    expect(prompts.prompts).toHaveLength(0);
  });
});
