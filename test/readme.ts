import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { settingsTable } from './settings-reference.ts';

/** The README as it stands. */
export function readme(): string {
  return readFileSync(file, 'utf8');
}

/** The README as it should be: with the settings that the schemas have. */
export async function readmeWithSettings(): Promise<string> {
  return readmeWith('settings', await settingsTable());
}

/** The README with this between two markers. */
export function readmeWith(marker: string, text: string): string {
  const { before, after } = around(readme(), marker);
  return `${before}\n${text}\n${after}`;
}

/** The first column of the table between two markers, without its backquotes. */
export function rowNames(text: string, marker: string): string[] {
  const { between } = around(text, marker);
  return [...between.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name);
}

/** The commands in the blocks that a person is meant to copy, in order. */
export function commands(text: string): string[] {
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = '']) =>
    block.split('\n').filter((line) => line.trim() !== ''),
  );
}

/** What stands between two markers. */
export function between(text: string, marker: string): string {
  return around(text, marker).between;
}

function around(text: string, marker: string) {
  const [start, end] = [`<!-- ${marker}:start -->`, `<!-- ${marker}:end -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no ${start} … ${end}`);
  const inner = from + start.length;
  return {
    before: text.slice(0, inner),
    between: text.slice(inner, to),
    after: text.slice(to),
  };
}

const file = fileURLToPath(new URL('../README.md', import.meta.url));
