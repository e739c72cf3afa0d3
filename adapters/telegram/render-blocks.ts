import type { MarkedToken, Token, Tokens } from 'marked';

import { renderInline } from './render-inline.ts';
import { renderTable } from './render-table.ts';
import { codeBlock, join, literal, nothing, wrap, type Rendered } from './rendered.ts';

/** Where a block stands. */
interface Place {
  /** Blanks at the beginning of each further line: the depth of lists, which Telegram has not. */
  readonly indent: string;
  /** Inside a quotation, of which Telegram takes no second. */
  readonly isQuoted: boolean;
}

export function renderBlocks(tokens: readonly Token[], place: Place): Rendered {
  return join(
    tokens.map((token) => renderBlock(token, place)),
    `\n\n${place.indent}`,
  );
}

function renderBlock(generic: Token, place: Place): Rendered {
  // The lexer's one extension is inline, so between blocks it makes no tokens but its own.
  const token = generic as MarkedToken;
  switch (token.type) {
    case 'heading':
      return wrap('b', renderInline(token.tokens, place.indent));
    case 'code':
      return codeBlock(token.text, languageOf(token));
    case 'table':
      return renderTable(token);
    case 'list':
      return renderList(token, place);
    case 'blockquote': {
      const inside = renderBlocks(token.tokens, { ...place, isQuoted: true });
      return place.isQuoted ? inside : wrap('blockquote', inside);
    }
    case 'hr':
      return literal('──────────');
    case 'html':
      return literal(token.text.trimEnd());
    case 'space':
    case 'def':
      return nothing;
    case 'text':
      return token.tokens === undefined
        ? renderInline([token], place.indent)
        : renderInline(token.tokens, place.indent);
    case 'paragraph':
      return renderInline(token.tokens, place.indent);
    case 'checkbox':
    case 'list_item':
    case 'br':
    case 'codespan':
    case 'del':
    case 'em':
    case 'escape':
    case 'image':
    case 'link':
    case 'strong':
      return renderInline([token], place.indent);
  }
}

/** The first word after the fence, as far as it can be a language's name. */
function languageOf({ lang }: Tokens.Code): string {
  return /^[\w+#.-]+/.exec(lang ?? '')?.[0] ?? '';
}

function renderList(list: Tokens.List, place: Place): Rendered {
  const first = typeof list.start === 'number' ? list.start : 1;
  const items = list.items.map((item, at) => {
    const marker = markerOf(item, list.ordered ? first + at : undefined);
    return renderItem(item, marker, place);
  });
  return join(items, `${list.loose ? '\n\n' : '\n'}${place.indent}`);
}

function markerOf({ task, checked }: Tokens.ListItem, number: number | undefined): string {
  if (task) return checked === true ? '☑ ' : '☐ ';
  return number === undefined ? '• ' : `${number}. `;
}

function renderItem(item: Tokens.ListItem, marker: string, place: Place): Rendered {
  const inside = { ...place, indent: `${place.indent}${' '.repeat(marker.length)}` };
  const blocks = item.tokens
    .filter(({ type }) => type !== 'checkbox' && type !== 'space')
    .map((token) => renderBlock(token, inside));
  const separator = `${item.loose ? '\n\n' : '\n'}${inside.indent}`;
  return join([literal(marker), join(blocks, separator)]);
}
