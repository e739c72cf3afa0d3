import { beforeEach, describe, expect, it } from 'vitest';

import { Access, newCode } from '../../src/chat/access.ts';
import type { AccessRules } from '../../src/chat/access.ts';
import type { Incoming } from '../../src/chat/port.ts';
import { MemoryAccessStore } from '../contracts/memory-access-store.ts';
import { FakeClock } from '../fake-clock.ts';

const place = { account: 'discord-1', conversation: 'discord-1.c' };
let store: MemoryAccessStore;

beforeEach(() => {
  store = new MemoryAccessStore();
});

function access(rules: Partial<AccessRules>): Access {
  const all = { mode: 'allowlist', owners: [], allow: [], ...rules } as const;
  return new Access({ rules: all, store, clock: new FakeClock() });
}

function from(person: string, more: Partial<Incoming> = {}): Incoming {
  return {
    id: `m-${person}`,
    conversation: 'c',
    address: 'c',
    author: { id: person, name: 'someone' },
    fromBot: false,
    isPrivate: false,
    isAddressed: true,
    places: ['discord:guild:1', 'discord:channel:2'],
    text: 'Hello',
    ...more,
  };
}

async function kinds(rules: Partial<AccessRules>, ...messages: Incoming[]): Promise<string[]> {
  const decided = await Promise.all(
    messages.map((message) => access(rules).decide(message, place)),
  );
  return decided.map((verdict) =>
    verdict.kind === 'allowed' && verdict.isOwner ? 'owner' : verdict.kind,
  );
}

describe('who may talk', () => {
  const ann = from('discord:ann');
  const bob = from('discord:bob');
  const bobPrivate = from('discord:bob', { isPrivate: true, places: [] });

  it('allowlist: owners, people and places on the list, nobody else', async () => {
    const owners = ['discord:ann'];
    expect(await kinds({ owners }, ann, bob, bobPrivate)).toEqual(['owner', 'ignored', 'ignored']);
    expect(await kinds({ allow: ['discord:bob'] }, ann, bob)).toEqual(['ignored', 'allowed']);
    const places = { allow: ['discord:guild:1'] };
    expect(await kinds(places, ann, bob, bobPrivate)).toEqual(['allowed', 'allowed', 'ignored']);
  });

  it('allowlist: who was let in by pairing before is not on it, but the owner stays', async () => {
    await store.claim('discord:ann');
    const asked = await store.ask(
      {
        from: { person: 'discord:bob', ...place, address: 'c' },
        code: 'X',
        message: 'm',
        nowMs: 0,
      },
      { lifetimeMs: 1_000, quietMs: 0, most: 9 },
    );
    expect(asked).not.toBe('full');
    await store.approve('X', 0);
    expect(await kinds({}, ann, bob)).toEqual(['owner', 'ignored']);
    expect(await kinds({ mode: 'pairing' }, ann, bob)).toEqual(['owner', 'allowed']);
  });

  it('open: everybody, but not who is denied', async () => {
    const allow = ['-discord:bob'];
    expect(await kinds({ mode: 'open', allow }, ann, bob)).toEqual(['allowed', 'ignored']);
    const channel = { mode: 'open', allow: ['-discord:channel:2', 'discord:bob'] } as const;
    expect(await kinds(channel, ann, bob, bobPrivate)).toEqual(['ignored', 'ignored', 'allowed']);
  });

  it('topics: one of a group on the list, or one left out of it', async () => {
    const inTopic = (topic: number) =>
      from('telegram:bob', { places: ['telegram:chat:-100', `telegram:topic:-100:${topic}`] });
    const only = { allow: ['telegram:topic:-100:7'] };
    expect(await kinds(only, inTopic(7), inTopic(8))).toEqual(['allowed', 'ignored']);
    const without = { allow: ['telegram:chat:-100', '-telegram:topic:-100:8'] };
    expect(await kinds(without, inTopic(7), inTopic(8))).toEqual(['allowed', 'ignored']);
  });

  it('roles: of a member, in the lists of who may and who may not', async () => {
    const member = (role: string) => from('discord:bob', { places: [`discord:role:${role}`] });
    const allow = ['discord:role:1', '-discord:role:2'];
    expect(await kinds({ allow }, member('1'), member('2'))).toEqual(['allowed', 'ignored']);
  });

  it('pairing: strangers in allowed places, and in private with a code', async () => {
    const mode = 'pairing';
    expect(await kinds({ mode }, bob, bobPrivate)).toEqual(['ignored', 'pairing']);
    expect(await kinds({ mode, allow: ['discord:channel:2'] }, bob)).toEqual(['allowed']);
    expect(await kinds({ mode, allow: ['-discord:bob'] }, bobPrivate)).toEqual(['ignored']);
  });

  it('the person at the terminal is an owner in every mode', async () => {
    const operator = from('terminal:local', { isOperator: true, isPrivate: true, places: [] });
    for (const mode of ['pairing', 'allowlist', 'open'] as const) {
      expect(await kinds({ mode }, operator)).toEqual(['owner']);
    }
  });
});

describe('the claim', () => {
  const claim = from('discord:ann', { isPrivate: true, text: 'SECRET12' });
  const rules = { mode: 'pairing', claimCode: 'SECRET12' } as const;

  it('works once, in private, for as long as nobody is the owner', async () => {
    expect(await access(rules).needsOwner()).toBe(true);
    expect(await kinds(rules, { ...claim, isPrivate: false })).toEqual(['ignored']);
    expect(await kinds(rules, { ...claim, text: 'SECRET13' })).toEqual(['pairing']);
    expect(await kinds(rules, claim)).toEqual(['claimed']);
    expect(await kinds(rules, claim)).toEqual(['claimed']);
    expect(await access(rules).needsOwner()).toBe(false);
    const other = { ...claim, author: { id: 'discord:eve', name: 'Eve' } };
    expect(await kinds(rules, other)).toEqual(['pairing']);
  });

  it('is not listened to from who has tried five wrong ones within an hour', async () => {
    const clock = new FakeClock();
    const all = { ...rules, owners: [], allow: [] };
    const door = new Access({ rules: all, store, clock });
    const decide = async (id: string, text: string, author = 'discord:eve') =>
      (await door.decide({ ...claim, id, text, author: { id: author, name: 'x' } }, place)).kind;
    for (let at = 0; at < 5; at += 1) {
      expect(await decide(`wrong-${at}`, `SECRET2${at}`)).not.toBe('claimed');
      // What the platform gives twice is no second guess, and what is no code is none at all.
      await decide(`wrong-${at}`, `SECRET2${at}`);
      await decide(`talk-${at}`, 'Hello there');
    }
    expect(await decide('right', ' secret12')).not.toBe('claimed');
    expect(await store.hasOwner()).toBe(false);
    await clock.advance(3_600_000);
    expect(await decide('later', 'SECRET13')).not.toBe('claimed');
    expect(await decide('right', ' secret12')).toBe('claimed');
  });

  it('may be tried by others while one is not listened to', async () => {
    const door = new Access({
      rules: { ...rules, owners: [], allow: [] },
      store,
      clock: new FakeClock(),
    });
    const eve = { id: 'discord:eve', name: 'Eve' };
    for (let at = 0; at < 9; at += 1) {
      await door.decide({ ...claim, id: `wrong-${at}`, text: `SECRET2${at}`, author: eve }, place);
    }
    expect((await door.decide(claim, place)).kind).toBe('claimed');
  });

  it('does not work where OWNERS names one', async () => {
    const owned = { ...rules, owners: ['discord:boss'] };
    expect(await access(owned).needsOwner()).toBe(false);
    expect(await kinds(owned, claim)).toEqual(['pairing']);
  });
});

it('codes are long, and none like another', () => {
  const codes = Array.from({ length: 1_000 }, () => newCode());
  expect(new Set(codes).size).toBe(1_000);
  for (const code of codes) expect(code).toMatch(/^[A-HJ-NP-Z2-9]{8}$/);
});
