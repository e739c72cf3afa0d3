import { expect } from 'vitest';

import { en } from '../../src/words/en.ts';
import { answers } from '../people.ts';
import { reached, says } from './expect.ts';
import type { Feature } from './platform.ts';

/** In a question: the answer does not end by itself. */
export const endless = 'without end';

/** An answer that is being written is ended, by command and by button. */
export const stopping: readonly Feature[] = [
  {
    name: '`/stop` keeps what has come',
    talk: async (at, platform) => {
      const person = at.meet('Sid');
      person.say(`Go on ${endless} on ${platform}.`);
      await reached(at.world, `Go on ${endless} on ${platform}.`);
      person.say('/stop');
      const kept = /It has begun\.\s+[*_]*⏹ Stopped here\./;
      await person.until((shown) => shown.some((text) => kept.test(text)));
      await person.until((shown) => shown.join('\n').split(en.stopping).length === 2);
    },
  },
  {
    name: 'Buttons that stop an answer, and ask again',
    lacking: { terminal: 'takes lines' },
    talk: async (at, platform) => {
      const person = at.meet('Ben');
      person.say(`Go on ${endless} with buttons on ${platform}.`);
      await person.until((shown) => shown.some((text) => text.includes('It has begun.')));
      const press = async (label: string) => {
        await person.until(() => person.buttons?.().join() === label);
        person.press?.(label);
      };
      await press(en.stopButton);
      await says(person, en.stopped);
      await press(en.retryButton);
      await person.until((shown) => shown.length === 2);
      await press(en.stopButton);
      await person.until((shown) => shown[1]?.includes('⏹'));
    },
  },
];

/** Another one is being answered; there is one place to be answered at. */
export const whoWaits: Feature = {
  name: 'No typing for who waits for others',
  lacking: { terminal: 'shows none' },
  at: 'thrifty',
  talk: async (at, platform) => {
    const first = at.meet('Ann');
    first.say(`Go on ${endless} before others on ${platform}.`);
    await first.until((shown) => shown.some((text) => text.includes('It has begun.')));
    const typings = () => first.typings?.() ?? 0;
    await first.until(() => typings() > 0);
    const other = at.meet('Bob');
    other.say(`And me, on ${platform}?`);
    // What is answered at once: the question before it has been taken.
    other.say('/status');
    await says(other, en.statusFine);
    // Typing is shown every few seconds: by then to the other one, too, if it were.
    const shownBefore = typings();
    await first.until(() => typings() > shownBefore);
    expect(other.typings?.()).toBe(0);
    first.say('/stop');
    await other.until((shown) => shown.some((text) => answers(text, `And me, on ${platform}?`)));
  },
};
