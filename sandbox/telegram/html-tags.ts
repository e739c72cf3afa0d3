import type { Entity, EntityType } from './formatted-text.ts';

/** A start tag with its attributes: names in lower case, character references decoded. */
export interface StartTag {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  /** Where it stood, in bytes of UTF-8: Telegram's messages count so. */
  readonly byteOffset: number;
}

/**
 * The tags of https://core.telegram.org/bots/api#html-style; anything else is refused. Custom emoji
 * and dates, which bots seldom may send, are left out.
 */
const entityOfTag: ReadonlyMap<string, EntityType> = new Map([
  ['b', 'bold'],
  ['strong', 'bold'],
  ['i', 'italic'],
  ['em', 'italic'],
  ['u', 'underline'],
  ['ins', 'underline'],
  ['s', 'strikethrough'],
  ['strike', 'strikethrough'],
  ['del', 'strikethrough'],
  ['span', 'spoiler'],
  ['tg-spoiler', 'spoiler'],
  ['blockquote', 'blockquote'],
  ['code', 'code'],
  ['pre', 'pre'],
  ['a', 'text_link'],
]);

export function isTag(name: string): boolean {
  return entityOfTag.has(name);
}

/** Why Telegram would not take this tag with these attributes, in its words, or undefined. */
export function refusalOfTag({ name, attributes, byteOffset }: StartTag): string | undefined {
  if (name !== 'span' || attributes.get('class') === 'tg-spoiler') return undefined;
  return `Tag "span" must have class "tg-spoiler" at byte offset ${byteOffset}`;
}

/** Whether the attribute may stand without a value. */
export function isFlag(tag: string, attribute: string): boolean {
  return tag === 'blockquote' && attribute === 'expandable';
}

/**
 * The entity of a finished element, added to those inside it. `inside` is the element's text. A
 * link without a usable address is plain text, and `code` with a language that fills a `pre` makes
 * one entity of the two; both as TDLib does it (td/telegram/MessageEntity.cpp).
 */
export function closeElement(
  tag: StartTag,
  place: { offset: number; length: number },
  inside: string,
  entities: readonly Entity[],
): readonly Entity[] {
  const type = entityOfTag.get(tag.name);
  if (type === undefined || place.length === 0) return entities;
  if (type === 'pre') return closePre(place, entities);
  if (type === 'text_link') {
    const url = linkTarget(tag.attributes.get('href') ?? inside);
    return url === undefined ? entities : [...entities, { type, ...place, url }];
  }
  return [...entities, { ...variantOf(type, tag), ...place }];
}

function closePre(
  place: { offset: number; length: number },
  entities: readonly Entity[],
): readonly Entity[] {
  const last = entities.at(-1);
  const isFilled =
    last?.type === 'code' && last.offset === place.offset && last.length === place.length;
  if (!isFilled) return [...entities, { type: 'pre', ...place }];
  return [...entities.slice(0, -1), { ...last, type: 'pre' }];
}

function variantOf(type: EntityType, tag: StartTag): Pick<Entity, 'type' | 'language'> {
  if (type === 'blockquote' && tag.attributes.has('expandable')) {
    return { type: 'expandable_blockquote' };
  }
  const language = type === 'code' ? languageOf(tag) : undefined;
  return language === undefined ? { type } : { type, language };
}

function languageOf(tag: StartTag): string | undefined {
  const name = tag.attributes.get('class') ?? '';
  return name.startsWith('language-') ? name.slice('language-'.length) : undefined;
}

const linkSchemes = new Set(['http:', 'https:', 'tg:', 'ton:', 'tonsite:', 'mailto:', 'tel:']);

function linkTarget(address: string): string | undefined {
  const url = URL.parse(address) ?? URL.parse(`http://${address}`);
  if (url === null || !linkSchemes.has(url.protocol)) return undefined;
  const named = url.protocol !== 'http:' && url.protocol !== 'https:';
  return named || url.hostname.includes('.') ? url.href : undefined;
}
