import { expect } from 'vitest';

import { en } from '../../src/words/en.ts';
import { says } from './expect.ts';
import type { Feature, Person } from './platform.ts';

/** From the code that the operator finds in the log to strangers who come and are judged. */
export const pairing: Feature = {
  name: 'Strangers are let in, or not, by the owner with a button',
  lacking: { terminal: 'one person' },
  isPaired: true,
  talk: async (at) => {
    const owner = at.meet('Ole');
    const told = 'nobody owns the bot yet: send it this code in a private chat';
    owner.say(String((await at.daemon.logged(told))['claimCode']));
    await says(owner, en.claimed);
    const introduced = async (stranger: Person) => {
      stranger.say('Hello?');
      await stranger.until((shown) => shown.some((text) => text.includes('give them this code')));
      await owner.until(() => owner.buttons?.().join() === `${en.allowButton},${en.denyButton}`);
    };
    const [guest, nuisance] = [at.meet('Gil'), at.meet('Nat')];
    await introduced(guest);
    owner.press?.(en.allowButton);
    await says(owner, en.pairingApproved);
    guest.say('/help');
    await guest.until((shown) => shown.some((text) => text.includes('I pass your messages')));
    await introduced(nuisance);
    owner.press?.(en.denyButton);
    await owner.until((shown) => shown.some((text) => text.includes('cannot talk with me any')));
    expect(nuisance.shown()).toHaveLength(1);
  },
};
