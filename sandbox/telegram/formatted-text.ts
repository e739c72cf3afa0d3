/** A part of a text with a meaning; offset and length in UTF-16 units, as Telegram counts. */
export interface Entity {
  readonly type: EntityType;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
}

export type EntityType =
  | 'mention'
  | 'bot_command'
  | 'bold'
  | 'italic'
  | 'underline'
  | 'strikethrough'
  | 'spoiler'
  | 'blockquote'
  | 'expandable_blockquote'
  | 'code'
  | 'pre'
  | 'text_link';

/** A message's text as Telegram keeps it: without markup, what the markup said beside it. */
export interface FormattedText {
  readonly text: string;
  readonly entities: readonly Entity[];
}

/**
 * What Telegram makes of a text before it is sent: white space at both ends goes, code holds no
 * other formatting, quotations do not nest, and an entity with nothing in it is no entity.
 */
export function settle({ text, entities }: FormattedText): FormattedText {
  const begin = text.length - text.trimStart().length;
  const trimmed = text.trim();
  const placed = entities
    .map((entity) => clip(entity, begin, trimmed.length))
    .filter(({ length }) => length > 0)
    .sort((a, b) => a.offset - b.offset || b.length - a.length);
  return {
    text: trimmed,
    entities: placed.filter(
      (entity, at) => !placed.some((outer, o) => hides(outer, o, entity, at)),
    ),
  };
}

function clip(entity: Entity, begin: number, length: number): Entity {
  const from = Math.max(entity.offset - begin, 0);
  const to = Math.min(entity.offset + entity.length - begin, length);
  return { ...entity, offset: from, length: to - from };
}

function hides(outer: Entity, outerAt: number, inner: Entity, innerAt: number): boolean {
  if (outerAt >= innerAt || outer.offset + outer.length < inner.offset + inner.length) return false;
  if (outer.type === 'code' || outer.type === 'pre') return true;
  return isQuote(outer) && isQuote(inner);
}

function isQuote({ type }: Entity): boolean {
  return type === 'blockquote' || type === 'expandable_blockquote';
}
