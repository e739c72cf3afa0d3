import type { Words } from '../words.ts';
import type { Received } from './port.ts';

/** One use of a command: what was typed after its name, and what it may do. */
export interface CommandUse {
  readonly rest: string;
  readonly isOwner: boolean;
  readonly words: Words;
  readonly desk: CommandDesk;
}

/** What commands act through. Each takes effect once for the message that the command came in. */
export interface CommandDesk {
  ask(text: string): Promise<Received>;
  say(text: string): Promise<Received>;
  reset(done: string): Promise<Received>;
  stop(stopped: string, nothing: string): Promise<Received>;
  /** Stops all that this person has asked here. */
  stopAll(stopped: string, nothing: string): Promise<Received>;
  /** False: no such code. */
  approve(code: string): Promise<boolean>;
}

/** Runs the command that `text` is; undefined when it is none. */
export function runCommand(
  text: string,
  use: Omit<CommandUse, 'rest'>,
): Promise<Received> | undefined {
  const match = commandPattern.exec(text);
  if (match === null) return undefined;
  const name = (match[1] ?? '').toLowerCase();
  const rest = (match[2] ?? '').trim();
  const command = byName.get(name);
  if (command === undefined) return use.desk.say(use.words.unknownCommand(name));
  if (command.ownersOnly === true && !use.isOwner) return use.desk.say(use.words.ownersOnly);
  return command.run({ ...use, rest });
}

/** What `text` asks of Grok: itself, or what stands behind `/ask`; undefined for other commands. */
export function askedBy(text: string): string | undefined {
  const match = commandPattern.exec(text);
  if (match === null) return text;
  return match[1]?.toLowerCase() === 'ask' ? (match[2] ?? '').trim() : undefined;
}

interface Command {
  readonly names: readonly string[];
  readonly ownersOnly?: boolean;
  run(use: CommandUse): Promise<Received>;
}

const commands: readonly Command[] = [
  { names: ['ask'], run: ({ desk, rest }) => desk.ask(rest) },
  { names: ['reset', 'new'], run: ({ desk, words }) => desk.reset(words.reset) },
  {
    names: ['stop'],
    run: ({ desk, words, rest }) =>
      rest.toLowerCase() === 'all'
        ? desk.stopAll(words.stopping, words.nothingToStop)
        : desk.stop(words.stopping, words.nothingToStop),
  },
  { names: ['help', 'start'], run: ({ desk, words }) => desk.say(words.help) },
  {
    names: ['allow'],
    ownersOnly: true,
    run: async ({ desk, words, rest }) => {
      const approved = await desk.approve(rest);
      return desk.say(approved ? words.pairingApproved : words.pairingUnknown);
    },
  },
];

const byName = new Map(commands.flatMap((command) => command.names.map((name) => [name, command])));

/** `/name` and what follows after a space. `/usr/bin` is no command but a path. */
const commandPattern = /^\/([a-z][a-z0-9_-]{0,31})(?:\s+([\s\S]*))?$/i;
