import type { Token, Tokens } from 'marked';

import { decodeReferences } from './character-references.ts';
import type { Spoiler } from './markdown.ts';
import { isLinkToPerson } from './pings.ts';
import { join, link, literal, nothing, wrap, type Rendered } from './rendered.ts';

type InlineToken =
  | Spoiler
  | Tokens.Br
  | Tokens.Checkbox
  | Tokens.Codespan
  | Tokens.Del
  | Tokens.Em
  | Tokens.Escape
  | Tokens.HTML
  | Tokens.Image
  | Tokens.Link
  | Tokens.Strong
  | Tokens.Tag
  | Tokens.Text;

/** `indent` goes before each further line. */
export function renderInline(tokens: readonly Token[], indent: string): Rendered {
  return join(tokens.map((token) => renderToken(token, indent)));
}

function renderToken(generic: Token, indent: string): Rendered {
  // The lexer makes no tokens but its own and our one, and only these inside a block.
  const token = generic as InlineToken;
  switch (token.type) {
    case 'strong':
      return wrap('b', renderInline(token.tokens, indent));
    case 'em':
      return wrap('i', renderInline(token.tokens, indent));
    case 'del':
      return wrap('s', renderInline(token.tokens, indent));
    case 'spoiler':
      return wrap('tg-spoiler', renderInline(token.tokens, indent));
    case 'codespan':
      return wrap('code', literal(token.text));
    case 'link':
      return renderLink(token, renderInline(token.tokens, indent));
    case 'image':
      return renderLink(token, literal(token.text));
    case 'br':
      return literal(`\n${indent}`);
    case 'html':
      return literal(isLineBreak(token.text) ? `\n${indent}` : token.text);
    case 'escape':
      return literal(token.text);
    case 'text':
      return literal(decodeReferences(token.text).replaceAll('\n', `\n${indent}`));
    case 'checkbox':
      return nothing;
  }
}

function isLineBreak(tag: string): boolean {
  return ['<br>', '<br/>', '<br />'].includes(tag.trim().toLowerCase());
}

/** The schemes that Telegram opens; with any other, the address is shown beside the text. */
const linkSchemes = new Set(['http:', 'https:', 'mailto:', 'tel:', 'tg:']);

function renderLink({ href }: Tokens.Link | Tokens.Image, shown: Rendered): Rendered {
  const name = shown.text.trim() === '' ? literal(href) : shown;
  if (isLinkToPerson(href)) return name;
  const scheme = URL.parse(href)?.protocol;
  if (scheme !== undefined && linkSchemes.has(scheme)) {
    // A label that looks like another address would lead astray.
    return link(href, isAddress(name.text) ? literal(href) : name);
  }
  return name.text === href || href === '' ? name : join([name, literal(` (${href})`)]);
}

function isAddress(text: string): boolean {
  return /^\s*(?:https?:\/\/|www\.)/i.test(text);
}
