import { pino } from 'pino';

import { Access, type AccessRules } from '../../src/chat/access.ts';
import { Admission, type AdmissionOptions } from '../../src/chat/admit.ts';
import type { Incoming } from '../../src/chat/port.ts';
import { FixedInsight, ScriptedSignIn } from '../contracts/fixed-insight.ts';
import { MemoryAccessStore } from '../contracts/memory-access-store.ts';
import { MemoryConversations } from '../contracts/memory-conversations.ts';
import { MemoryPrompts } from '../contracts/memory-prompts.ts';
import { FakeClock } from '../fake-clock.ts';

/** What an admission works with, all of it in memory. */
export class ChatDesk {
  readonly clock = new FakeClock();
  readonly prompts = new MemoryPrompts();
  readonly conversations = new MemoryConversations(this.prompts);
  readonly insight = new FixedInsight();
  readonly signIn = new ScriptedSignIn();
  readonly store = new MemoryAccessStore();

  constructor() {
    this.prompts.standingOf = async (person) => this.store.standing(person);
  }

  /** One that lets everybody talk, unless `rules` say otherwise; its codes are `CODE1`, `CODE2` and so on. */
  admission(rules: Partial<AccessRules> = {}, more: Partial<AdmissionOptions> = {}): Admission {
    const { clock, prompts, conversations, insight, signIn, store } = this;
    let codes = 0;
    const access = new Access({
      rules: { mode: 'open', owners: [], allow: [], ...rules },
      store,
      clock,
      newCode: () => `CODE${(codes += 1)}`,
    });
    return new Admission({
      account: 'memory-1',
      prompts,
      conversations,
      insight,
      signIn,
      access,
      owners: store,
      clock,
      log: pino({ level: 'silent' }),
      ...more,
    });
  }
}

let count = 0;

/** A message to the bot, in a private chat with Ann unless something else is said. */
export function incoming(text: string, more: Partial<Incoming> = {}): Incoming {
  count += 1;
  return {
    id: `mem-${count}`,
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
