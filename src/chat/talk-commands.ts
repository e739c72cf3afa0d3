import type { Command } from './command.ts';

/** Asking, and taking back what was asked. */
export const talkCommands: readonly Command[] = [
  { names: ['ask'], run: ({ desk, rest }) => desk.ask(rest) },
  { names: ['search'], run: ({ desk, rest }) => desk.ask(rest, 'search') },
  { names: ['imagine'], run: ({ desk, rest }) => desk.ask(rest, 'imagine') },
  { names: ['retry'], run: ({ desk, words }) => desk.retry(words.nothingToRetry) },
  { names: ['undo'], run: ({ desk, words }) => desk.undo(words.undone, words.nothingToUndo) },
  { names: ['reset', 'new'], run: ({ desk, words }) => desk.reset(words.reset) },
  {
    names: ['stop'],
    run: ({ desk, words, rest }) =>
      desk.stop(rest.toLowerCase() === 'all' ? 'all' : 'head', words.stopping, words.nothingToStop),
  },
  {
    names: ['help', 'start'],
    run: ({ desk, words, isOwner }) =>
      desk.say(isOwner ? `${words.help}\n\n${words.helpForOwners}` : words.help),
  },
];
