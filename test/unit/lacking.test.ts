import { beforeAll, describe, expect, it } from 'vitest';

import type { Model } from '../../src/grok/models.ts';
import type { Prompt } from '../../src/prompt.ts';
import { blindModels, lackingNotes } from '../../src/roles/lacking.ts';
import { en } from '../../src/words/en.ts';

const prompt: Prompt = {
  v: 1,
  id: 'dc-1',
  conversation: 'discord-1.7',
  account: 'discord-1',
  address: 'm.7.1',
  author: { id: 'discord:9', name: 'Ann' },
  text: 'Why?',
  receivedAtMs: 0,
};
const model = 'grok-build-0.1';

/** Remembers what was said by whom, as Redis does. */
function remembering() {
  const said = new Map<string, string>();
  return async (what: string, by: string) => {
    if (!said.has(what)) said.set(what, by);
    return said.get(what) === by;
  };
}

describe('what an answer does without', () => {
  const lacks = { model, without: ['effort', 'search'] as const };
  const both = [en.effortLacking(model), en.searchLacking(model)];
  let once: ReturnType<typeof remembering>;
  beforeAll(() => {
    once = remembering();
  });
  const notes = (changes: Partial<Prompt> = {}, answer = lacks, historyEpoch = 1) =>
    lackingNotes({ prompt: { ...prompt, ...changes }, historyEpoch }, answer, en, once);

  it('is said once in a conversation, and again by the same prompt only', async () => {
    expect(await notes()).toEqual(both);
    expect(await notes()).toEqual(both);
    expect(await notes({ id: 'dc-2' })).toEqual([]);
  });

  it('is said anew in another conversation, after a reset, and of another model', async () => {
    expect(await notes({ id: 'dc-3', conversation: 'discord-1.8' })).toEqual(both);
    expect(await notes({ id: 'dc-4' }, lacks, 2)).toEqual(both);
    // Others than the one that was chosen it does take.
    const other = { ...lacks, model: 'grok-4.5' };
    expect(await notes({ id: 'dc-5' }, other)).toEqual([
      en.effortUnknown('grok-4.5', '`low`, `medium`, `high`'),
      en.searchLacking('grok-4.5'),
    ]);
  });

  it('is said each time of what the message itself asks for', async () => {
    for (const id of ['dc-6', 'dc-7']) {
      expect(await notes({ id, search: true })).toEqual([en.searchLacking(model)]);
    }
    const files = [{ name: 'a.png', kind: 'image', mime: 'image/png' } as const];
    const drawn = { id: 'dc-8', imagine: true, files };
    expect(
      await lackingNotes({ prompt: { ...prompt, ...drawn }, historyEpoch: 1 }, { model }, en, once),
    ).toEqual([en.picturesNotDrawn]);
  });

  it('comes after what was not looked at', async () => {
    const told = ['I cannot read “a.mp4”.'];
    expect(await notes({ id: 'dc-9', notes: told, search: true })).toEqual([
      ...told,
      en.searchLacking(model),
    ]);
  });

  it('is nothing where the answer lacks nothing', async () => {
    expect(await lackingNotes({ prompt, historyEpoch: 9 }, { model }, en, once)).toEqual([]);
  });
});

describe('a model that sees no pictures', () => {
  const models: Model[] = [
    { id: 'blind', aliases: ['blind-latest'], inputs: ['text'] },
    { id: 'sees', aliases: [], inputs: ['text', 'image'] },
    { id: 'unsaid', aliases: [] },
  ];
  const blindFor = blindModels({ read: async () => models }, 'blind');

  it('is known by the list, under all of its names, with those that see', async () => {
    const blind = { model: 'blind', seeing: '`sees`' };
    expect(await blindFor({})).toEqual(blind);
    expect(await blindFor({ model: 'blind-latest' })).toEqual({ ...blind, model: 'blind-latest' });
  });

  it('is none that sees, none of which nothing is said, and none that is not listed', async () => {
    for (const other of ['sees', 'unsaid', 'elsewhere']) {
      expect(await blindFor({ model: other })).toBeUndefined();
    }
    expect(await blindModels({ read: async () => [] }, 'blind')({})).toBeUndefined();
  });
});
