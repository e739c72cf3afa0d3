import { expect } from 'vitest';

import type { Feature } from './platform.ts';

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
    name: 'In groups, a conversation of everybody’s own (`GROUP_CONVERSATIONS`)',
    lacking: { terminal: alone },
    talk: async (at, platform) => {
      const [one, other] = at.pair?.(['Kim', 'Kai']) ?? [];
      await one?.ask(`What do I know on ${platform}?`);
      expect(await other?.ask(`And I, on ${platform}?`)).toContain('turn 1');
    },
  },
];
