import { lexer } from 'marked';
import type { Token, Tokens } from 'marked';

import { isTooMuch } from '#port';

import { renderInline } from './render-inline.ts';
import { renderTable } from './render-table.ts';

const bounds = { longest: 8_000, mostMarks: 500 };

/**
 * Markdown as Grok writes it → Discord's own kind of it. Takes unfinished text: an open code block
 * is closed. What Discord does not know is put in what it knows: tables and indented code as code
 * blocks, deep headings in bold, images as links, nested quotes as one.
 * (https://support.discord.com/hc/en-us/articles/210298617)
 */
export function renderDiscord(markdown: string): string {
  const rendered = tryRender(markdown);
  return rendered.trim() === '' ? markdown.trim() || '…' : rendered;
}

/**
 * Length in UTF-16 units. Discord counts code points
 * (https://github.com/discord/discord-api-docs/issues/1315), of which there are never more: so a
 * message within its limit by this count always is by Discord's.
 */
export function discordLength(rendered: string): number {
  return rendered.length;
}

/** A line of output; `flush` ones are never indented, since inside code indentation would show. */
interface Line {
  readonly text: string;
  readonly flush: boolean;
}

function tryRender(markdown: string): string {
  if (isTooMuch(markdown, bounds)) return markdown;
  try {
    const lines = renderBlocks(lexer(markdown), false);
    return lines.map(({ text }) => text).join('\n');
  } catch {
    // marked gives up on nesting so deep that the stack ends: then it is shown as it is.
    return markdown;
  }
}

function renderBlocks(tokens: readonly Token[], quoted: boolean): Line[] {
  const lines: Line[] = [];
  let newlines = 0;
  for (const token of tokens) {
    const block = renderBlock(token, quoted);
    if (block.length > 0) {
      if (lines.length > 0 && newlines > 1) lines.push({ text: '', flush: true });
      lines.push(...block);
      newlines = 0;
    }
    newlines += trailingNewlines(token.raw);
  }
  return lines;
}

function renderBlock(token: Token, quoted: boolean): Line[] {
  // The lexer's own types hold for the tokens it makes itself; there are no extensions here.
  const block = token as MarkedBlock;
  switch (block.type) {
    case 'space':
    case 'def':
      return [];
    case 'heading':
      return lines(heading(block));
    case 'paragraph':
      return lines(renderInline(block.tokens));
    case 'text':
      return lines(block.tokens === undefined ? block.raw : renderInline(block.tokens));
    case 'code':
      return fence(block.text, block.lang);
    case 'table':
      return fence(renderTable(block), undefined);
    case 'blockquote':
      return quote(renderBlocks(block.tokens, true), quoted);
    case 'list':
      return block.items.flatMap((item, index) => listItem(item, marker(block, index), quoted));
    case 'hr':
      return lines('⎯⎯⎯⎯⎯⎯');
    case 'html':
      return lines(renderInline([block]).trim());
    case 'checkbox':
      return lines(renderInline([block]));
  }
}

type MarkedBlock =
  | Tokens.Space
  | Tokens.Def
  | Tokens.Heading
  | Tokens.Paragraph
  | Tokens.Text
  | Tokens.Code
  | Tokens.Table
  | Tokens.Blockquote
  | Tokens.List
  | Tokens.Hr
  | Tokens.HTML
  | Tokens.Checkbox;

function heading({ depth, tokens }: Tokens.Heading): string {
  return depth <= 3
    ? `${'#'.repeat(depth)} ${renderInline(tokens)}`
    : `**${renderInline(tokens, ['strong'])}**`;
}

function fence(text: string, lang: string | undefined): Line[] {
  const language = /^[\w+#.-]+/.exec(lang ?? '')?.[0] ?? '';
  // Discord knows no fences longer than three: such a row inside would end the block.
  const inside = text.replaceAll('```', '`\u200b`\u200b`');
  return `\`\`\`${language}\n${inside}\n\`\`\``
    .split('\n')
    .map((line) => ({ text: line, flush: true }));
}

/** Discord knows no quote in a quote: inner ones join the outer. */
function quote(inner: Line[], quoted: boolean): Line[] {
  return quoted ? inner : inner.map(({ text }) => ({ text: `> ${text}`, flush: false }));
}

function marker(list: Tokens.List, index: number): string {
  return list.ordered ? `${(list.start === '' ? 1 : list.start) + index}. ` : '- ';
}

function listItem(item: Tokens.ListItem, mark: string, quoted: boolean): Line[] {
  const [first, ...others] = item.tokens;
  const box = first?.type === 'checkbox' ? renderInline([first]) : '';
  const content = renderBlocks(box === '' ? item.tokens : others, quoted);
  const opening = content[0];
  if (opening === undefined || opening.flush) {
    return [{ text: `${mark}${box}`.trimEnd(), flush: false }, ...content];
  }
  return [
    { text: `${mark}${box}${opening.text}`, flush: false },
    ...content.slice(1).map((line) => (line.flush ? line : indented(line, mark.length))),
  ];
}

function indented({ text }: Line, width: number): Line {
  return { text: `${' '.repeat(width)}${text}`, flush: false };
}

/** Lines that are no code. Three backticks that open nothing here would open a block on Discord. */
function lines(text: string): Line[] {
  const inert = text.replaceAll(/`{3,}/g, (row) => Array.from(row).join('\u200b'));
  return inert === '' ? [] : inert.split('\n').map((line) => ({ text: line, flush: false }));
}

function trailingNewlines(raw: string): number {
  return raw.length - raw.replace(/\n+$/, '').length;
}
