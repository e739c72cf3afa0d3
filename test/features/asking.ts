import { expect } from 'vitest';

import { en } from '../../src/words/en.ts';
import { reached, says } from './expect.ts';
import type { Feature } from './platform.ts';

/** A question that is a command: typed everywhere, picked where there is something to pick from. */
export const askedByCommand: Feature = {
  name: '`/ask`, typed or picked',
  talk: async (at, platform) => {
    const person = at.meet('Kit');
    person.say(`/ask Typed on ${platform}?`);
    await says(person, `You said: “Typed on ${platform}?”`);
    if (person.pick === undefined) return;
    person.pick('ask', { prompt: `Picked on ${platform}?` });
    await says(person, `You said: “Picked on ${platform}?”`);
  },
};

/** What a message shows is seen with the question about it. */
export const repliedPicture: Feature = {
  name: 'Pictures of a message that one replies to',
  lacking: { terminal: 'takes lines' },
  talk: async (at, platform) => {
    at.meet('Rob').replyToPicture?.(`What was that on ${platform}?`);
    const asked = await reached(at.world, `What was that on ${platform}?`);
    expect(asked.match(/\[image\/png of \d+ bytes\]/g)).toHaveLength(1);
  },
};

/** A model that can neither see nor be told how long to think. */
export const lackingModel: Feature = {
  name: 'What a model lacks is said: pictures before it is asked, the rest once',
  talk: async (at, platform) => {
    const person = at.meet('Lee');
    person.say('/effort low');
    await says(person, en.effortSet('low'));
    person.say('/model grok-build-0.1');
    await says(person, en.modelSet('grok-build-0.1'));
    if (person.attach !== undefined) {
      person.attach(`Unseeable on ${platform}?`);
      await person.until((shown) => shown.some((text) => text.includes('cannot see pictures')));
    }
    const lack = en.effortLacking('grok-build-0.1').replaceAll('**', '');
    const plain = async (question: string) => (await person.ask(question)).replaceAll('**', '');
    expect(await plain(`In words on ${platform}?`)).toContain(lack);
    expect(await plain(`In others on ${platform}?`)).not.toContain(lack);
    const asked = at.world.xai.requests.flatMap(({ inputs }) => inputs);
    expect(asked.join('\n')).not.toContain(`Unseeable on ${platform}?`);
    for (const text of ['/model default', '/effort default']) person.say(text);
    await says(person, en.effortStandard);
  },
};
