import { pino } from 'pino';
import { expect, it } from 'vitest';

import { Access, type AccessRules } from '../../src/chat/access.ts';
import { Admission } from '../../src/chat/admit.ts';
import { en } from '../../src/words/en.ts';
import { zh } from '../../src/words/zh.ts';
import { FixedInsight, ScriptedSignIn } from '../contracts/fixed-insight.ts';
import { MemoryAccessStore } from '../contracts/memory-access-store.ts';
import { MemoryConversations } from '../contracts/memory-conversations.ts';
import { MemoryPrompts } from '../contracts/memory-prompts.ts';
import { FakeClock } from '../fake-clock.ts';

const { signal } = new AbortController();

function stage(rules: Partial<AccessRules> = {}) {
  const prompts = new MemoryPrompts();
  const conversations = new MemoryConversations(prompts);
  const store = new MemoryAccessStore();
  const clock = new FakeClock();
  const whole: AccessRules = { mode: 'open', owners: ['memory:boss'], allow: [], ...rules };
  const admission = new Admission({
    account: 'memory-1',
    prompts,
    conversations,
    insight: new FixedInsight(),
    signIn: new ScriptedSignIn(),
    access: new Access({ rules: whole, store, clock }),
    owners: store,
    clock,
    log: pino({ level: 'silent' }),
  });
  const suggest = async (command: string, text: string, id = 'memory:ann', locale = 'en') => {
    const where = { conversation: 'c', isPrivate: true, places: ['memory:chat:1'] };
    return admission.suggest(
      { ...where, author: { id, name: 'A', locale }, command, text },
      signal,
    );
  };
  return { conversations, prompts, store, suggest };
}

it('models are suggested by any part of their name, what begins so first', async () => {
  const { suggest } = stage();
  expect(await suggest('model', '')).toEqual(['grok-4.3', 'grok-4.7', 'grok-4.20', 'default']);
  expect(await suggest('model', ' GROK-4.2')).toEqual(['grok-4.20']);
  expect(await suggest('model', 'd')).toEqual(['default']);
  expect(await suggest('model', '4.7')).toEqual(['grok-4.7']);
});

it('efforts are those that the conversation’s model takes', async () => {
  const { suggest, conversations } = stage();
  expect(await suggest('effort', '')).toEqual(['low', 'high', 'default']);
  conversations.chosen = { model: 'grok-4.20' };
  expect(await suggest('effort', '')).toEqual(['default']);
});

it('personas are suggested in the language of who types, short enough for Discord', async () => {
  const { suggest } = stage();
  expect(await suggest('persona', 'o')).toContain('off');
  expect(await suggest('persona', '', 'memory:li', 'zh-CN')).toEqual([...zh.personas, 'off']);
  for (const persona of [...en.personas, ...zh.personas]) {
    expect(persona.length).toBeLessThanOrEqual(100);
  }
  expect(await suggest('help', '')).toEqual([]);
});

it('who may not talk is shown nothing, and no pairing is begun', async () => {
  const { suggest, store, prompts } = stage({ mode: 'pairing', allow: ['-memory:eve'] });
  expect(await suggest('model', '')).toEqual([]);
  expect(await suggest('model', '', 'memory:eve')).toEqual([]);
  expect(await suggest('model', '', 'memory:boss')).toHaveLength(4);
  await store.allow('memory:ann');
  expect(await suggest('model', '')).toHaveLength(4);
  await store.deny('memory:ann');
  expect(await suggest('model', '')).toEqual([]);
  expect(prompts.replies).toEqual([]);
});

it('a place that is let in is shown what there is', async () => {
  const { suggest } = stage({ mode: 'allowlist', allow: ['memory:chat:1'] });
  expect(await suggest('model', '')).toHaveLength(4);
});
