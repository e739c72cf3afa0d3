import type { Command } from './command.ts';

/** What only owners may do. */
export const ownerCommands: readonly Command[] = [
  {
    names: ['allow'],
    ownersOnly: true,
    run: async ({ desk, words, rest }) => {
      const approved = await desk.approve(rest);
      return desk.say(approved ? words.pairingApproved : words.pairingUnknown);
    },
  },
  {
    names: ['deny'],
    ownersOnly: true,
    run: async ({ desk, words, rest }) => {
      const person = await desk.deny(rest);
      return desk.say(person === undefined ? words.denyUnknown : words.denied(person));
    },
  },
  {
    names: ['login'],
    ownersOnly: true,
    // In a group anybody could enter the code first, with an account of their own.
    run: ({ desk, words, isPrivate }) =>
      isPrivate ? desk.signIn() : desk.say(words.loginPrivately),
  },
];
