import { isTooMuch } from '#port';

import { tokensOf } from './markdown.ts';
import { withoutPings } from './pings.ts';
import { renderBlocks } from './render-blocks.ts';
import { literal, type Rendered } from './rendered.ts';

const bounds = { longest: 16_384, mostMarks: 1_000 };

/**
 * Renders Markdown as the HTML that Telegram takes. Any text at all gives valid HTML: what is no
 * Markdown, or not yet any because the answer is still being written, stands as it is. Nothing in
 * it pings anybody.
 */
export function render(markdown: string): Rendered {
  const source = markdown.toWellFormed();
  const rendered = renderTree(source);
  return withoutPings(rendered.text.trim() === '' ? literal(source) : rendered);
}

/** The length as Telegram counts it: UTF-16 units after parsing, without blanks at the ends. */
export function measure(markdown: string): number {
  return render(markdown).text.trim().length;
}

function renderTree(markdown: string): Rendered {
  if (isTooMuch(markdown, bounds)) return literal(markdown);
  try {
    return renderBlocks(tokensOf(markdown), topLevel);
  } catch {
    // Thousands of nested quotations exhaust the stack of any recursive parser.
    return literal(markdown);
  }
}

const topLevel = { indent: '', isQuoted: false };
