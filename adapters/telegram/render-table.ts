import type { Tokens } from 'marked';

import { renderInline } from './render-inline.ts';
import { literal, wrap, type Rendered } from './rendered.ts';

const gap = '  ';

/** Telegram has no tables: columns are set with blanks in a block of fixed width. */
export function renderTable({ header, rows, align }: Tokens.Table): Rendered {
  const cells = [header, ...rows].map((row) =>
    row.map(({ tokens }) => renderInline(tokens, '').text.replaceAll('\n', ' ')),
  );
  const widths = header.map((_, column) =>
    Math.max(...cells.map((row) => widthOf(row[column] ?? ''))),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column] ?? 0, align[column] ?? 'left'))
      .join(gap)
      .trimEnd(),
  );
  const rule = widths.map((width) => '─'.repeat(width)).join(gap);
  return wrap('pre', literal([...lines.slice(0, 1), rule, ...lines.slice(1)].join('\n')));
}

function pad(cell: string, width: number, align: 'left' | 'right' | 'center'): string {
  const missing = width - widthOf(cell);
  const before = { left: 0, right: missing, center: Math.floor(missing / 2) }[align];
  return `${' '.repeat(before)}${cell}${' '.repeat(missing - before)}`;
}

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const isNarrow = /^[\u0020-\u024F]*$/;
const isWide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\uFF01-\uFF60\u3000-\u303F]/u;

/** In columns of a font of fixed width: Chinese and emoji take two. */
function widthOf(text: string): number {
  if (isNarrow.test(text)) return text.length;
  return [...graphemes.segment(text)].reduce(
    (width, { segment }) => width + (isWide.test(segment) ? 2 : 1),
    0,
  );
}
