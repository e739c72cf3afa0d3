import type { Api } from 'grammy';

import type { Logger } from '#port';

import { ask } from './bot-api.ts';

const deadlineMs = 10_000;

/** The commands that Telegram offers while somebody types; a group's bare command is ours if here. */
export const menu = [
  { command: 'ask', description: 'Ask Grok' },
  { command: 'reset', description: 'Forget this conversation and begin anew' },
  { command: 'stop', description: 'Stop the answer that is being written' },
  { command: 'help', description: 'What I can do' },
];

/** Registers the menu if Telegram has another one. Failing is harmless, and logged. */
export async function registerMenu(api: Api, log: Logger, signal: AbortSignal): Promise<void> {
  const known = await ask((either) => api.getMyCommands({}, either), deadlineMs, signal);
  if (known.kind === 'ok' && isSame(known.result)) return;
  const set =
    known.kind === 'ok'
      ? await ask((either) => api.setMyCommands(menu, {}, either), deadlineMs, signal)
      : known;
  if (signal.aborted) return;
  if (set.kind === 'ok') log.info({ commands: menu.length }, 'command menu registered');
  else log.warn({ failure: set }, 'command menu not registered');
}

function isSame(known: readonly { command: string; description: string }[]): boolean {
  return (
    known.length === menu.length &&
    menu.every(({ command, description }, at) => {
      const other = known[at];
      return other?.command === command && other.description === description;
    })
  );
}
