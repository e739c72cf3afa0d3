import { expect } from 'vitest';

import { en } from '../../src/words/en.ts';
import type { Feature } from './platform.ts';
import { signedIn } from './unclaimed.ts';

const alone = 'one person';

/** Where several people talk with the bot. At the terminal sits one. */
export const inGroups: readonly Feature[] = [
  {
    name: 'In groups, by mention or reply',
    lacking: { terminal: alone },
    talk: async (at, platform) => {
      expect(await at.group?.('Gus').ask(`In a group on ${platform}?`)).toContain('turn 1');
    },
  },
  {
    name: 'Threads and topics, each a conversation',
    lacking: { terminal: alone },
    talk: async (at, platform) => {
      expect(await at.topic?.('Tom').ask(`In a topic on ${platform}?`)).toContain('turn 1');
    },
  },
  {
    name: 'In groups, one conversation of all who are there',
    lacking: { terminal: alone },
    at: 'thrifty',
    talk: async (at, platform) => {
      const [one, other] = at.together?.(['Jim', 'Jan']) ?? [];
      await one?.ask(`What do we know on ${platform}?`);
      expect(await other?.ask(`And that, on ${platform}?`)).toContain(
        `turn 2. Before that you said: “What do we know on ${platform}?”`,
      );
    },
  },
  {
    name: 'In groups, a limit that many meet is told once',
    lacking: { terminal: alone },
    at: 'thrifty',
    talk: async (at, platform) => {
      const people = at.together?.(['Abe', 'Bo', 'Cy', 'Dan', 'Eli', 'Flo', 'Gia']) ?? [];
      for (const [number, person] of people.entries()) person.say(`Ask ${number} on ${platform}?`);
      const refused = () =>
        at.daemon.lines.filter(
          ({ msg, of, outcome }) =>
            msg === 'message refused' && of === 'chat' && outcome === 'too-fast',
        ).length;
      await expect.poll(refused, { timeout: 30_000, interval: 10 }).toBe(4);
      const shown = () => people[0]?.shown().join('\n') ?? '';
      const count = (words: RegExp) => shown().match(words)?.length ?? 0;
      await expect
        .poll(() => count(/This is turn [123]\./g), { timeout: 30_000, interval: 10 })
        .toBe(3);
      expect(count(/There is a lot asked here at once/g)).toBe(1);
    },
  },
  {
    name: 'In groups, a budget that is used up is told once',
    lacking: { terminal: alone },
    at: 'thrifty',
    talk: async (at, platform) => {
      const [person] = at.together?.(['Hal']) ?? [];
      await person?.ask(`One in a group on ${platform}?`);
      for (const number of ['Two', 'Three']) person?.say(`${number} in a group on ${platform}?`);
      person?.say('/status');
      const shown = () => person?.shown().join('\n') ?? '';
      for (const words of ['You have used up', en.statusFine]) {
        await expect.poll(shown, { timeout: 30_000, interval: 10 }).toContain(words);
      }
      expect(shown().match(/You have used up/g)).toHaveLength(1);
    },
  },
  {
    name: 'Places in `ALLOW`, and with a `-` before them',
    lacking: { terminal: alone },
    at: 'unclaimed',
    talk: async (at, platform) => {
      await signedIn(at);
      const { shutOut = [], welcome = [] } = at.listed ?? {};
      for (const person of shutOut) person.say(`Am I heard on ${platform}?`);
      for (const person of welcome) {
        expect(await person.ask(`And I, on ${platform}?`)).toContain('turn 1');
      }
      expect(shutOut.map((person) => person.shown())).toEqual([[], []]);
      const asked = at.world.xai.requests.flatMap(({ inputs }) => inputs).join('\n');
      expect(asked).toContain(`And I, on ${platform}?`);
      expect(asked).not.toContain(`Am I heard on ${platform}?`);
    },
  },
  {
    name: 'In groups, a conversation of everybody’s own (`GROUP_CONVERSATIONS`)',
    lacking: { terminal: alone },
    talk: async (at, platform) => {
      const [one, other] = at.together?.(['Kim', 'Kai']) ?? [];
      await one?.ask(`What do I know on ${platform}?`);
      expect(await other?.ask(`And I, on ${platform}?`)).toContain('turn 1');
    },
  },
];
