import { en } from '../../src/words/en.ts';
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
