import { expect } from 'vitest';

import type { Stage } from './adapter-stage.ts';
import type { Listening } from './listening.ts';
import { idOf, outgoing } from './outgoing.ts';

/** Declares what an adapter tells of where, and how, something was said. */
export function promisePlaces(
  promise: (needs: 'group' | 'topics' | 'edits', what: string, shown: () => Promise<void>) => void,
  {
    stage,
    listening,
  }: {
    readonly stage: () => Promise<Stage>;
    readonly listening: (on: Stage) => Promise<Listening>;
  },
): void {
  promise('group', 'names the places of a message, for lists of who may talk', async () => {
    const on = await stage();
    const { hear } = await listening(on);
    for (const text of ['one', 'two']) await on.say('group', text);
    await on.say('private', 'three');
    const [one, two, three] = [await hear('one'), await hear('two'), await hear('three')];
    for (const mark of [one.author.id, ...one.places]) expect(mark).toMatch(/^[a-z]+:[\w:@-]+$/);
    expect(one.places).not.toEqual([]);
    expect(two.places).toEqual(one.places);
    expect(three.places.filter((place) => one.places.includes(place))).toEqual([]);
  });

  promise('group', 'tells a command from other words, whose author is refused aloud', async () => {
    const on = await stage();
    const { hear, heard } = await listening(on);
    await on.say('group', 'no command');
    expect((await hear('no command')).refusal).toBeUndefined();
    await on.group?.command('ask', 'a command');
    const command = () =>
      heard.find(({ text }) => text.includes('a command') && text !== 'no command');
    await expect.poll(command, { timeout: 8_000, interval: 5 }).toBeDefined();
    expect(['alone', 'here']).toContain(command()?.refusal);
  });

  promise('topics', 'takes each for a conversation of its own, and answers in it', async () => {
    const on = await stage();
    const { hear, adapter } = await listening(on);
    await on.say('group', 'outside');
    for (const topic of ['cats', 'dogs'] as const) await on.topics?.say(topic, `on ${topic}`);
    const [outside, cats, dogs] = [
      await hear('outside'),
      await hear('on cats'),
      await hear('on dogs'),
    ];
    const conversations = [outside, cats, dogs].map(({ conversation }) => conversation);
    expect(new Set(conversations).size).toBe(3);
    idOf(await adapter.post(cats.address, outgoing('Of cats.'), never));
    expect(on.topics?.shown('cats')).toEqual(['Of cats.']);
    expect(on.topics?.shown('dogs')).toEqual([]);
  });

  promise('edits', 'hands over what an author has made of a message', async () => {
    const on = await stage();
    const { hear, edited } = await listening(on);
    await on.change?.('What is tow and two?', 'What is two and two?');
    const { address, conversation } = await hear('What is tow and two?');
    await expect
      .poll(() => edited, { timeout: 8_000, interval: 5 })
      .toMatchObject([{ text: 'What is two and two?', address, conversation }]);
  });
}

const never = new AbortController().signal;
