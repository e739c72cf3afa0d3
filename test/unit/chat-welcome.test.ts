import { expect, it } from 'vitest';

import { Access, type AccessRules } from '../../src/chat/access.ts';
import type { Incoming } from '../../src/chat/port.ts';
import { type Standing, standingSchema } from '../../src/standing.ts';
import { wordsFor } from '../../src/words.ts';
import { MemoryAccessStore } from '../contracts/memory-access-store.ts';
import { FakeClock } from '../fake-clock.ts';
import { ChatDesk, incoming } from './chat-desk.ts';

const { signal } = new AbortController();
const ann = 'memory:ann';
const hall = 'memory:hall';
const place = { account: 'memory-1', conversation: 'memory-1.chat-1' };

/** A store that was told of Ann what makes this her standing. */
async function storeWith(standing: Standing, store = new MemoryAccessStore()) {
  if (standing === 'owner') await store.claim(ann);
  if (standing === 'denied') await store.deny(ann);
  if (standing === 'allowed') await store.allow(ann);
  return store;
}

/** Every configuration that could matter, with a message of Ann's. */
function* situations(): Generator<{ rules: AccessRules; message: Incoming; standing: Standing }> {
  const lists = [
    [],
    [ann],
    [hall],
    [`-${ann}`],
    [`-${hall}`],
    [ann, `-${hall}`],
    [hall, `-${ann}`],
  ];
  for (const mode of ['open', 'pairing', 'allowlist'] as const) {
    for (const owners of [[], [ann], ['memory:boss']]) {
      for (const allow of lists) {
        for (const claimCode of [undefined, 'SECRET12']) {
          for (const [isPrivate, text] of [
            [true, 'Hello?'],
            [true, 'SECRET12'],
            [true, 'SECRET13'],
            [false, 'Hello?'],
            [false, 'SECRET12'],
          ] as const) {
            for (const standing of standingSchema.options) {
              const places = isPrivate ? [] : [hall];
              const message = incoming(text, { isPrivate, places });
              yield { rules: { mode, owners, allow, claimCode }, message, standing };
            }
          }
        }
      }
    }
  }
}

it('whom the condition lets in is let in by the decision, too, as one who may ask and no more', async () => {
  let letIn = 0;
  for (const { rules, message, standing } of situations()) {
    const store = await storeWith(standing);
    const access = new Access({ rules, store, clock: new FakeClock() });
    const situation = JSON.stringify({ rules, message, standing });
    const isOwner = standing === 'owner';
    const isLetIn = (isNoted: boolean) =>
      access.welcome(message, isNoted)?.includes(standing) === true;
    // The place where an owner is heard in private is noted first, which takes a decision.
    if (isOwner && message.isPrivate) expect(isLetIn(false), situation).toBe(false);
    else expect(isLetIn(false), situation).toBe(isLetIn(true));
    if (!isLetIn(true)) continue;
    letIn += 1;
    expect(await access.decide(message, place), situation).toEqual({ kind: 'allowed', isOwner });
  }
  expect(letIn).toBeGreaterThan(100);
});

it('who may only ask is let in by the condition alone, wherever that is', async () => {
  let asking = 0;
  for (const { rules, message, standing } of situations()) {
    const store = await storeWith(standing);
    const access = new Access({ rules, store, clock: new FakeClock() });
    const verdict = await access.decide(message, place);
    if (verdict.kind !== 'allowed' || verdict.isOwner) continue;
    asking += 1;
    const situation = JSON.stringify({ rules, message, standing });
    expect(access.welcome(message, false), situation).toContain(standing);
  }
  expect(asking).toBeGreaterThan(100);
});

it('a question of who may ask costs no look at who they are; one that is refused is decided', async () => {
  const given = new ChatDesk();
  const desk = given.admission({ mode: 'pairing' });
  await given.store.allow(ann);
  let looks = 0;
  const standing = given.store.standing.bind(given.store);
  given.store.standing = async (person) => {
    looks += 1;
    return standing(person);
  };
  given.prompts.standingOf = standing;
  expect(await desk.receive(incoming('Why?'), signal)).toBe('queued');
  expect(looks).toBe(0);
  await given.store.deny(ann);
  expect(await desk.receive(incoming('And why?'), signal)).toBe('ignored');
  expect(looks).toBe(1);
  expect([given.prompts.prompts.length, given.prompts.replies]).toEqual([1, []]);
});

it.each([
  ['nothing at all', ''],
  ['too much', 'x'.repeat(500)],
  ['a command', '/help'],
  ['no command that there is', '/dance'],
  ['a limit that is used up', 'Why?'],
])('who may not talk hears nothing of %s', async (_, text) => {
  const given = new ChatDesk();
  given.prompts.unfair = { kind: 'too-fast', of: 'person', afterMs: 1000 };
  given.prompts.most = 0;
  await given.store.deny(ann);
  const desk = given.admission({}, { maxPromptChars: 200 });
  expect(await desk.receive(incoming(text), signal)).toBe('ignored');
  const unreadable = incoming(text, { isUnreadable: true });
  expect(await desk.receive(unreadable, signal)).toBe('ignored');
  expect([given.prompts.prompts, given.prompts.replies]).toEqual([[], []]);
});

it('an owner who only asks is noted in private all the same', async () => {
  const given = new ChatDesk();
  await given.store.claim(ann);
  const desk = given.admission();
  expect(await desk.receive(incoming('Why?', { isPrivate: false }), signal)).toBe('queued');
  expect(await given.store.ownerPlaces()).toEqual([]);
  expect(await desk.receive(incoming('Why?'), signal)).toBe('queued');
  expect(await given.store.ownerPlaces()).toMatchObject([{ person: ann }]);
});

it('an owner whose place is noted costs no look either; one who comes from elsewhere is noted anew', async () => {
  const given = new ChatDesk();
  await given.store.claim(ann);
  const desk = given.admission();
  await desk.receive(incoming('Why?'), signal);
  const standing = given.store.standing.bind(given.store);
  given.store.standing = async () => Promise.reject(new Error('asked'));
  given.prompts.standingOf = standing;
  expect(await desk.receive(incoming('And why?'), signal)).toBe('queued');
  given.store.standing = standing;
  const elsewhere = { conversation: 'chat-2', address: 'there' };
  expect(await desk.receive(incoming('Here, too?', elsewhere), signal)).toBe('queued');
  expect(await given.store.ownerPlaces()).toMatchObject([{ conversation: 'memory-1.chat-2' }]);
});

it('a stranger who asks is told a code, as ever', async () => {
  const given = new ChatDesk();
  expect(await given.admission({ mode: 'pairing' }).receive(incoming('Why?'), signal)).toBe(
    'replied',
  );
  expect(given.prompts.replies.map(({ text }) => text)).toEqual([wordsFor('en').pairing('CODE1')]);
});
