import type { Api } from 'grammy';
import type { LanguageCode } from 'grammy/types';

import { languageTags, wordsFor } from '#port';
import type { Logger, MenuCommand } from '#port';

import { ask } from './bot-api.ts';

const deadlineMs = 10_000;

/** The commands that everybody may use, in the order in which Telegram offers them. */
const offered = [
  'ask',
  'search',
  'imagine',
  'retry',
  'undo',
  'reset',
  'stop',
  'model',
  'effort',
  'persona',
  'usage',
  'status',
  'privacy',
  'export',
  'help',
] as const satisfies readonly MenuCommand[];

/** The commands that Telegram offers while somebody types; a group's bare command is ours if here. */
export const menu = menuIn('en');

/** Telegram tells languages apart by two letters (https://core.telegram.org/bots/api#setmycommands). */
const menus = [
  { commands: menu, scope: {} },
  ...[...new Set(languageTags.map((tag) => tag.slice(0, 2)))]
    .filter((code) => code !== 'en')
    .map((code) => ({
      commands: menuIn(code),
      // grammY names the codes that there are; which we have is known by the files of words.
      scope: { language_code: code as LanguageCode },
    })),
];

function menuIn(language: string) {
  const isWhole = languageTags.includes(language);
  const words = wordsFor(isWhole ? language : languageTags.find((tag) => tag.startsWith(language)));
  return offered.map((command) => ({ command, description: words.menu[command] }));
}

/** Registers the menus of which Telegram has others. Failing is harmless, and logged. */
export async function registerMenu(api: Api, log: Logger, signal: AbortSignal): Promise<void> {
  let changed = 0;
  for (const { commands, scope } of menus) {
    const known = await ask((either) => api.getMyCommands(scope, either), deadlineMs, signal);
    if (known.kind === 'ok' && isSame(known.result, commands)) continue;
    const set =
      known.kind === 'ok'
        ? await ask((either) => api.setMyCommands(commands, scope, either), deadlineMs, signal)
        : known;
    if (signal.aborted) return;
    if (set.kind === 'ok') changed += 1;
    else log.warn({ failure: set }, 'command menu not registered');
  }
  if (changed > 0) log.info({ commands: menu.length }, 'command menu registered');
}

interface Entry {
  readonly command: string;
  readonly description: string;
}

function isSame(known: readonly Entry[], ours: readonly Entry[]): boolean {
  return (
    known.length === ours.length &&
    ours.every(({ command, description }, at) => {
      const other = known[at];
      return other?.command === command && other.description === description;
    })
  );
}
