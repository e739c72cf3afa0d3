import type { Token, Tokens } from 'marked';

type Emphasis = 'strong' | 'em' | 'del';

/**
 * What is inside a paragraph, in Discord's Markdown. `within` names the emphasis around it: nested
 * in itself, an emphasis would end instead of going on.
 */
export function renderInline(tokens: readonly Token[], within: readonly Emphasis[] = []): string {
  return tokens.map((token) => renderOne(token, within)).join('');
}

/** The same without any marks, for where Discord shows marks as they are. */
export function plainText(tokens: readonly Token[]): string {
  return tokens
    .map((token) => {
      const part = token as MarkedInline;
      if (part.type === 'br') return ' ';
      if (part.type === 'html') return isBreak(part.raw) ? ' ' : '';
      if ('tokens' in part && part.tokens !== undefined) return plainText(part.tokens);
      return 'text' in part ? part.text : part.raw;
    })
    .join('');
}

type MarkedInline =
  | Tokens.Strong
  | Tokens.Em
  | Tokens.Del
  | Tokens.Codespan
  | Tokens.Link
  | Tokens.Image
  | Tokens.Br
  | Tokens.Escape
  | Tokens.HTML
  | Tokens.Text
  | Tokens.Checkbox;

function renderOne(token: Token, within: readonly Emphasis[]): string {
  // The lexer's own types hold for the tokens it makes itself; there are no extensions here.
  const part = token as MarkedInline;
  switch (part.type) {
    case 'strong':
      return emphasis('strong', '**', part.tokens, within);
    case 'em':
      return emphasis('em', '*', part.tokens, within);
    case 'del':
      return emphasis('del', '~~', part.tokens, within);
    case 'link':
      return part.autolink === true || part.raw === part.href ? part.raw : link(part, within);
    case 'image':
      return isWeb(part.href) ? masked(part.text || 'image', part.href) : part.text;
    case 'br':
      return '\n';
    case 'html':
      return isBreak(part.raw) ? '\n' : htmlMark(part.raw);
    case 'checkbox':
      return part.checked ? '☑ ' : '☐ ';
    case 'text':
      return part.tokens === undefined ? part.raw : renderInline(part.tokens, within);
    case 'codespan':
      return part.raw.startsWith('```') ? `\`\`${part.text}\`\`` : part.raw;
    case 'escape':
      return part.raw;
  }
}

function emphasis(
  kind: Emphasis,
  mark: string,
  tokens: readonly Token[],
  within: readonly Emphasis[],
): string {
  if (within.includes(kind)) return renderInline(tokens, within);
  return `${mark}${renderInline(tokens, [...within, kind])}${mark}`;
}

/** Discord masks web addresses only, and never behind a label that looks like another address. */
function link({ href, tokens }: Tokens.Link, within: readonly Emphasis[]): string {
  const label = renderInline(tokens, within);
  if (!isWeb(href)) return href === '' || href.startsWith('#') ? label : `${label} (${href})`;
  return label.trim() === '' || isWeb(plainText(tokens)) ? href : masked(label, href);
}

function masked(label: string, href: string): string {
  return /[\s()]/.test(href) ? `[${label}](<${href}>)` : `[${label}](${href})`;
}

function isWeb(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

function isBreak(tag: string): boolean {
  return /^<br\s*\/?>$/i.test(tag.trim());
}

const htmlMarks = new Map([
  ['b', '**'],
  ['strong', '**'],
  ['i', '*'],
  ['em', '*'],
  ['u', '__'],
  ['s', '~~'],
  ['del', '~~'],
]);

/** The few tags that have a mark of Discord's; comments vanish, all else is shown as it is. */
function htmlMark(raw: string): string {
  if (raw.trimStart().startsWith('<!--')) return '';
  const name = /^<\/?(\w+)>$/.exec(raw)?.[1]?.toLowerCase();
  return (name === undefined ? undefined : htmlMarks.get(name)) ?? raw;
}
