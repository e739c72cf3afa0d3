import { expect } from 'vitest';

import { en } from '../../src/words/en.ts';
import type { Daemon } from '../daemon.ts';
import { says } from './expect.ts';
import type { Feature, Person, Somewhere } from './platform.ts';

/** The owners of bots that were nobody's, by their program. */
const owners = new WeakMap<Daemon, Promise<Person>>();

/** Whoever owns the bot there: the first to ask claims it with the code that the operator finds in the log. */
export async function ownerOf(at: Somewhere): Promise<Person> {
  const known = owners.get(at.daemon) ?? claimed(at);
  owners.set(at.daemon, known);
  return known;
}

async function claimed(at: Somewhere): Promise<Person> {
  const owner = at.meet('Ole');
  const told = 'nobody owns the bot yet: send it this code in a private chat';
  owner.say(String((await at.daemon.logged(told))['claimCode']));
  await says(owner, en.claimed);
  return owner;
}

/** The sign-ins to Grok of such bots. */
const signIns = new WeakMap<Daemon, Promise<void>>();

/** Resolves once the bot there can ask Grok: the first to need it has the owner sign in. */
export async function signedIn(at: Somewhere): Promise<void> {
  const known = signIns.get(at.daemon) ?? signIn(at);
  signIns.set(at.daemon, known);
  return known;
}

async function signIn(at: Somewhere): Promise<void> {
  const owner = await ownerOf(at);
  owner.say('/login');
  const code = await owner.until((shown) => {
    const link = shown.find((text) => /enter the code/.test(text));
    return /[A-Z0-9]{4}-[A-Z0-9]{4}/.exec(link ?? '')?.[0];
  });
  expect(at.world.xai.approveDevice(code)).toBe(true);
  await says(owner, en.loginDone);
}

/** Strangers come, and are judged. */
export const pairing: Feature = {
  name: 'Strangers are let in, or not, by the owner with a button',
  lacking: { terminal: 'one person' },
  at: 'unclaimed',
  talk: async (at) => {
    const owner = await ownerOf(at);
    const introduced = async (name: string) => {
      const stranger = at.meet(name);
      stranger.say('Hello?');
      await stranger.until((shown) => shown.some((text) => text.includes('give them this code')));
      await owner.until((shown) => shown.some((text) => text.startsWith(`${name} would like`)));
      return stranger;
    };
    const guest = await introduced('Gil');
    owner.press?.(en.allowButton);
    await says(owner, en.pairingApproved);
    await says(guest, en.letIn);
    guest.say('/help');
    await guest.until((shown) => shown.some((text) => text.includes('I pass your messages')));
    const nuisance = await introduced('Nat');
    owner.press?.(en.denyButton);
    await owner.until((shown) => shown.some((text) => text.includes('cannot talk with me any')));
    expect(nuisance.shown()).toHaveLength(1);
  },
};

/** What only the owner may see. At the terminal sits the owner. */
export const ownersView: Feature = {
  name: '`/limits` and `/accounts`, for owners',
  at: 'unclaimed',
  talk: async (at, platform) => {
    const owner = platform === 'terminal' ? at.meet('Ole') : await ownerOf(at);
    owner.say('/limits');
    await owner.until((shown) => shown.some((text) => text.includes(en.limits.budgetPerDay)));
    owner.say('/accounts');
    // Where nobody has signed in yet, or is about to.
    const none = platform === 'terminal' ? 'main' : en.accountsNone;
    await owner.until((shown) =>
      shown.some((text) => text.includes(none) || /\bmain\b/.test(text)),
    );
  },
};

/** Grok cannot be asked, until the owner has signed in. */
export const signInByChat: Feature = {
  name: '`/login` signs in to Grok, for owners',
  lacking: { terminal: '`npm run login`' },
  at: 'unclaimed',
  talk: signedIn,
};

/** A second question on the same day, where the first one spends it all. */
export const budget: Feature = {
  name: 'Budgets of a day, with when they are new',
  lacking: { terminal: 'one person' },
  at: 'thrifty',
  talk: async (at, platform) => {
    const person = at.meet('Bud');
    await person.ask(`One on ${platform}?`);
    person.say(`Two on ${platform}?`);
    await person.until((shown) => shown.some((text) => /used up/.test(text)));
    expect(person.shown().join()).not.toContain(`Two on ${platform}?`);
  },
};

/** A second question within the minute, where one is allowed. */
export const fairUse: Feature = {
  name: 'Limits of requests, with when one may ask again',
  lacking: { terminal: 'one person' },
  at: 'unclaimed',
  talk: async (at) => {
    const owner = await ownerOf(at);
    owner.say('May I ask?');
    owner.say('And again?');
    await owner.until((shown) =>
      shown.some((text) => /You can ask again in \d+ seconds/.test(text)),
    );
  },
};
