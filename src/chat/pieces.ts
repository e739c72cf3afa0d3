import { Lexer } from 'marked';
import type { Token, Tokens } from 'marked';

import { isTooDeep } from './too-much.ts';

/**
 * A part of Markdown that is better not cut, with the white space that parts it from what is before.
 * `container`: may hold code blocks (a quote, an item of a list). `fence`: a fenced code block.
 */
export interface Piece {
  readonly kind: 'list' | 'container' | 'fence' | 'lines' | 'line';
  readonly gap: string;
  readonly text: string;
}

/** The blocks of a text, in order; together they are the text. */
export function blocks(text: string): Piece[] {
  return pieces(
    lex(text).map((token) => ({ kind: kindOf(token), raw: closed(token) })),
    '',
  );
}

/** The next smaller pieces of a piece that has to be cut. */
export function breakUp(piece: Piece): Piece[] {
  switch (piece.kind) {
    case 'list':
      return pieces(items(piece.text), piece.gap);
    case 'container':
      return pieces(partFences(piece.text), piece.gap);
    case 'lines':
      return pieces(
        piece.text.split('\n').map((line) => ({ kind: 'line', raw: `${line}\n` })),
        piece.gap,
      );
    case 'fence':
    case 'line':
      return [piece];
  }
}

export interface Fence {
  readonly open: string;
  readonly lines: readonly string[];
  readonly close: string;
  /** Opens and closes it in a message of its own, out of the list that it may stand in. */
  readonly reopen: string;
  readonly reclose: string;
}

/** Takes a piece of the kind `fence` apart. */
export function parseFence(text: string): Fence {
  const [open = '', ...lines] = text.split('\n');
  const [, prefix = '', marker = '```', info = ''] = fenceOpen.exec(open) ?? [];
  const close = isClose(lines.at(-1) ?? '', marker) ? (lines.pop() ?? marker) : marker;
  const quote = '> '.repeat(prefix.split('>').length - 1);
  return { open, lines, close, reopen: `${quote}${marker}${info}`, reclose: `${quote}${marker}` };
}

interface Part {
  readonly kind: Piece['kind'];
  readonly raw: string;
}

/** The block tokens of a text; what stands in them is not looked at. */
function lex(text: string): Token[] {
  const source = text.replaceAll(/\r\n?/g, '\n');
  if (isTooDeep(source)) return [{ type: 'html', raw: source }];
  return new Lexer().blockTokens(source);
}

function kindOf(token: Token): Piece['kind'] {
  switch (token.type) {
    case 'list':
      return 'list';
    case 'blockquote':
    // One that nothing closes goes on to the end of the text, over code blocks.
    case 'html':
      return 'container';
    case 'code':
      return fenceOpen.test(firstLine(token.raw)) ? 'fence' : 'lines';
    default:
      return 'lines';
  }
}

/** A token's Markdown; a code block that the text leaves open is closed. */
function closed(token: Token): string {
  if (kindOf(token) !== 'fence') return token.raw;
  const [, , marker = '```'] = fenceOpen.exec(firstLine(token.raw)) ?? [];
  const lines = token.raw.trimEnd().split('\n');
  const isClosed = lines.length > 1 && isClose(lines.at(-1) ?? '', marker);
  return isClosed ? token.raw : `${token.raw.replace(/\n$/, '')}\n${marker}`;
}

function items(text: string): Part[] {
  const list = lex(text)[0];
  const found = list !== undefined && isList(list) ? list.items.map((item) => item.raw) : [];
  // What the lexer gives back differently (tabs, odd indents) is rather cut by lines than changed.
  const isWhole = found.length > 1 && found.join('').trimEnd() === text.trimEnd();
  return isWhole ? found.map((raw) => ({ kind: 'container', raw })) : partFences(text);
}

function isList(token: Token): token is Tokens.List {
  return token.type === 'list';
}

/** Parts what stands in code blocks from what stands around them. */
function partFences(text: string): Part[] {
  const parts: { kind: 'fence' | 'lines'; lines: string[] }[] = [];
  let marker = '';
  for (const line of text.split('\n')) {
    const last = parts.at(-1);
    if (marker !== '') {
      last?.lines.push(line);
      if (isClose(line, marker)) marker = '';
      continue;
    }
    const open = fenceOpen.exec(line)?.[2];
    if (open !== undefined) {
      parts.push({ kind: 'fence', lines: [line] });
      marker = open;
    } else if (last?.kind === 'lines') {
      last.lines.push(line);
    } else {
      parts.push({ kind: 'lines', lines: [line] });
    }
  }
  return parts.map(({ kind, lines }) => ({ kind, raw: `${lines.join('\n')}\n` }));
}

/** Moves the white space around the parts into the gaps between them. */
function pieces(parts: readonly Part[], firstGap: string): Piece[] {
  const found: Piece[] = [];
  let gap = firstGap;
  for (const { kind, raw } of parts) {
    const [before = ''] = /^(?:[ \t]*\n)*/.exec(raw) ?? [];
    const text = raw.slice(before.length).trimEnd();
    gap += before;
    if (text === '') {
      gap += raw.slice(before.length);
      continue;
    }
    found.push({ kind, gap, text });
    gap = raw.slice(before.length + text.length);
  }
  return found;
}

/** Prefix (quotes, list markers, indent), marker, language. */
const fenceOpen = /^((?:[ \t>]|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))*)(`{3,}(?=[^`]*$)|~{3,})(.*)$/;

function isClose(line: string, marker: string): boolean {
  const stripped = line.replace(/^[ \t>]*/, '').trimEnd();
  return stripped.length >= marker.length && stripped === marker.charAt(0).repeat(stripped.length);
}

function firstLine(raw: string): string {
  return raw.split('\n', 1)[0] ?? '';
}
