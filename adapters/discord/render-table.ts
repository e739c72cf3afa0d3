import type { Tokens } from 'marked';

import { plainText } from './render-inline.ts';

/** A table in columns of equal width, for a code block: Discord knows no tables. */
export function renderTable(table: Tokens.Table): string {
  const rows = [table.header, ...table.rows].map((row) =>
    row.map((cell) => plainText(cell.tokens).trim()),
  );
  const widths = table.header.map((_, column) =>
    Math.max(1, ...rows.map((row) => displayWidth(row[column] ?? ''))),
  );
  const aligned = rows.map((row) =>
    widths.map((width, column) => pad(row[column] ?? '', width, table.align[column] ?? null)),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join('─┼─');
  const [header, ...body] = aligned.map((cells) => cells.join(' │ ').trimEnd());
  return [header, rule, ...body].join('\n');
}

function pad(text: string, width: number, align: Tokens.Table['align'][number]): string {
  const free = width - displayWidth(text);
  const left = align === 'right' ? free : align === 'center' ? Math.floor(free / 2) : 0;
  return `${' '.repeat(left)}${text}${' '.repeat(free - left)}`;
}

/** Columns that a text takes in a fixed-width font: East Asian characters and emojis take two. */
function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += wide.test(character) ? 2 : 1;
  return width;
}

const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60]/u;
