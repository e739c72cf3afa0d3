import type { Command, CommandUse } from './command.ts';
import { ownerCommands } from './owner-commands.ts';
import type { Received } from './port.ts';
import { reportCommands } from './report-commands.ts';
import { settingCommands } from './setting-commands.ts';
import { talkCommands } from './talk-commands.ts';

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

/** Whether `text` is a command, even one that there is not. */
export function isCommand(text: string): boolean {
  return commandPattern.test(text);
}

/** What `text` asks of Grok: itself, or what stands behind `/ask`; undefined for other commands. */
export function askedBy(text: string): string | undefined {
  const match = commandPattern.exec(text);
  if (match === null) return text;
  return asking.has(match[1]?.toLowerCase() ?? '') ? (match[2] ?? '').trim() : undefined;
}

const asking = new Set(['ask', 'search', 'imagine']);

const commands: readonly Command[] = [
  ...talkCommands,
  ...settingCommands,
  ...reportCommands,
  ...ownerCommands,
];

const byName = new Map(commands.flatMap((command) => command.names.map((name) => [name, command])));

/** `/name` and what follows after a space. `/usr/bin` is no command but a path. */
const commandPattern = /^\/([a-z][a-z0-9_-]{0,31})(?:\s+([\s\S]*))?$/i;
