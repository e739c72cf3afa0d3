import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Kept } from './everything-kept.ts';
import { between } from './readme.ts';

/** A row of a table in docs/data.md: what it describes, and how long that may live. */
export interface Row {
  readonly name: string;
  readonly pattern: RegExp;
  /** null: it has no end of its own. */
  readonly mostMs: number | null;
}

/** The rows of the table of keys; their names are what follows `{prefix}:`. */
export function keyRows(): readonly Row[] {
  return rowsOf('keys');
}

/** The rows of the table of files; their names are paths under `DATA_DIR`. */
export function fileRows(): readonly Row[] {
  return rowsOf('files');
}

/** What a Redis holds and the table does not say, or says otherwise. */
export function undescribed(all: ReadonlyMap<string, Kept>, prefix: string): string[] {
  const rows = keyRows();
  return [...all].flatMap(([key, { type, ttlMs }]) => {
    // It ended between two questions.
    if (type === 'none' || ttlMs === -2) return [];
    const name = key.startsWith(`{${prefix}}:`) ? key.slice(prefix.length + 3) : undefined;
    const row = rows.find(({ pattern }) => name !== undefined && pattern.test(name));
    if (row === undefined) return [`${key}: in no row`];
    if (row.mostMs === null) return ttlMs === -1 ? [] : [`${key}: ends, unlike ${row.name}`];
    const keeps = ttlMs !== -1 && ttlMs <= row.mostMs;
    return keeps ? [] : [`${key}: ${ttlMs} ms left, ${row.name} has at most ${row.mostMs}`];
  });
}

/** Files below `folder` that the table does not describe. */
export function undescribedFiles(folder: string, files: Iterable<string>): string[] {
  const rows = fileRows();
  const names = [...files].map((file) => relative(folder, file));
  return names.filter((name) => !rows.some(({ pattern }) => pattern.test(name)));
}

function rowsOf(marker: string): Row[] {
  const lines = between(readFileSync(file, 'utf8'), marker).matchAll(/^\| `([^`]+)` \|(.*)\|$/gm);
  return [...lines].map(([, name = '', rest = '']) => ({
    name,
    pattern: new RegExp(
      `^${name
        .split(/(<[^>]+>)/)
        .map(part)
        .join('')}$`,
      's',
    ),
    mostMs: mostMs(rest.split('|')[1] ?? ''),
  }));
}

function part(text: string): string {
  if (!text.startsWith('<')) return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return placeholders[text] ?? '.+';
}

const placeholders: Readonly<Record<string, string>> = {
  '<account>': '[^:]+',
  '<queue>': String.raw`(?:prompts|refresh|replies-[\w-]+)`,
  '<list>': '(?:wait|active|delayed|prioritized|paused|completed|stalled|marker)',
  '<job>': String.raw`\d+`,
  '<schedule>': String.raw`\w+`,
  '<time>': String.raw`\d{13}`,
  '<pid>': String.raw`\d+`,
  '<data>': String.raw`(?:appendonlydir/[\w.]+|dump\.rdb|temp-[\w.-]+)`,
};

/** `≤ 26 h`; `HISTORY_DAYS` stands for its default. */
function mostMs(cell: string): number | null {
  const words = cell.replaceAll('`HISTORY_DAYS`', '30 d');
  if (!words.includes('≤')) return null;
  const terms = [...(words.split(';')[0]?.matchAll(/(\d+) (s|min|h|d)\b/g) ?? [])];
  return terms.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0);
}

const units: Readonly<Record<string, number>> = {
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

const file = fileURLToPath(new URL('../docs/data.md', import.meta.url));
