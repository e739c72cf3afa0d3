import { readdirSync } from 'node:fs';

import type {
  AccessMode,
  AccountState,
  AccountWhy,
  ArgumentCommand,
  MenuCommand,
  Words,
} from './words/catalogue.ts';
import { en } from './words/en.ts';

export type { AccessMode, AccountState, AccountWhy, ArgumentCommand, MenuCommand, Words };

const folder = new URL('words/', import.meta.url);

/** A language is a file of `words/`, named by it (`fr.ts`, `pt-br.ts`), that exports its catalogue. */
const languages = new Map(
  await Promise.all(
    readdirSync(folder)
      .filter((file) => file !== 'catalogue.ts')
      .map(async (file): Promise<[string, Words]> => {
        // The compiler has seen that each of them is whole: they say that they are `Words`.
        const catalogue: Record<string, Words> = await import(new URL(file, folder).href);
        return [file.replace(/\.ts$/, ''), Object.values(catalogue)[0] ?? en];
      }),
  ),
);

/** The languages there are, as their files are named: `en`, `pt-br`. */
export const languageTags: readonly string[] = [...languages.keys()];

/** The catalogue for a locale (BCP 47, as a platform gives it); English when there is none. */
export function wordsFor(locale: string | undefined): Words {
  const tag = locale?.toLowerCase().replaceAll('_', '-') ?? 'en';
  return languages.get(tag) ?? languages.get(tag.split('-', 1)[0] ?? '') ?? en;
}
