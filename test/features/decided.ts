import { expect } from 'vitest';

import { en } from '../../src/words/en.ts';
import { onDiscord } from './discord.ts';
import { says } from './expect.ts';
import type { Feature } from './platform.ts';

/** Owners decide about people whom they know by their id. */
export const decided: Feature = {
  name: '`/deny` shuts somebody out, `/allow` lets them in, for owners',
  at: 'thrifty',
  talk: async (at, platform) => {
    // At the terminal sits the owner; whom they decide about is elsewhere.
    const owner = at.owner ?? at.meet('Ole');
    const others = platform === 'terminal' ? onDiscord(at.world) : at;
    const guest = others.meet('Gil');
    const id = guest.id ?? '';
    owner.say(`/deny ${id}`);
    await says(owner, en.denied(id));
    guest.say(`Am I heard, ${platform}?`);
    // Who comes later is answered: the one before has been turned away.
    await others.meet('Ned').ask(`Is anybody heard, ${platform}?`);
    owner.say(`/allow ${id}`);
    await says(owner, en.pairingApproved);
    expect(await guest.ask(`And now, ${platform}?`)).toContain('turn 1');
    expect(guest.shown()).toHaveLength(1);
  },
};
