import { element } from './dom.js';
import { link } from './links.js';

/** @import { TextEntity } from '../playground.ts' */

/**
 * A text of Telegram's with what it says beside it: entities nest, and never cross.
 * @param {string} text
 * @param {readonly TextEntity[]} entities
 * @returns {(Node | string)[]}
 */
export function formatted(text, entities) {
  const sorted = entities.toSorted((a, b) => a.offset - b.offset || b.length - a.length);
  return stretch(text, 0, text.length, sorted);
}

/**
 * @param {string} text
 * @param {number} from
 * @param {number} to
 * @param {readonly TextEntity[]} entities those within, outer ones first
 * @returns {(Node | string)[]}
 */
function stretch(text, from, to, entities) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let at = from;
  for (const entity of entities) {
    // It lies in one that has been drawn.
    if (entity.offset < at) continue;
    const end = Math.min(entity.offset + entity.length, to);
    const inner = entities.filter(
      (other) =>
        other !== entity && other.offset >= entity.offset && other.offset + other.length <= end,
    );
    if (entity.offset > at) parts.push(text.slice(at, entity.offset));
    const after = inner.filter((other) => entities.indexOf(other) > entities.indexOf(entity));
    parts.push(drawn(entity, stretch(text, entity.offset, end, after)));
    at = end;
  }
  if (at < to) parts.push(text.slice(at, to));
  return parts;
}

/**
 * @param {TextEntity} entity
 * @param {readonly (Node | string)[]} children
 */
function drawn({ type, url }, children) {
  if (type === 'text_link') return link(url ?? '', children);
  return element(tags[type] ?? 'span', {}, ...children);
}

/** @type {Readonly<Record<string, string>>} */
const tags = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strikethrough: 's',
  code: 'code',
  pre: 'pre',
  blockquote: 'blockquote',
  expandable_blockquote: 'blockquote',
};
