import type { Entity, FormattedText } from './formatted-text.ts';
import { closeElement, isFlag, isTag, refusalOfTag, type StartTag } from './html-tags.ts';

/** Telegram's words for markup it does not take; what follows `can't parse entities: `. */
export class HtmlError extends Error {
  override readonly name = 'HtmlError' as const;
}

/**
 * Reads Telegram's HTML as strictly as Telegram does: the tags of
 * https://core.telegram.org/bots/api#html-style, properly nested and closed; `&lt; &gt; &amp;
 * &quot;` and numeric references decoded, any other `&` left as it stands. The result is not yet
 * trimmed: see `settle`. Wording and edge cases follow TDLib (td/telegram/MessageEntity.cpp).
 *
 * @throws {HtmlError}
 */
export function parseHtml(html: string): FormattedText {
  const source = new Source(html);
  const open: { tag: StartTag; offset: number }[] = [];
  let entities: readonly Entity[] = [];
  let text = '';
  while (!source.atEnd) {
    if (!source.isAt('<')) {
      text += source.takeCharacter();
      continue;
    }
    const byteOffset = source.byteOffset;
    source.skip();
    if (!source.isAt('/')) {
      open.push({ tag: readStartTag(source, byteOffset), offset: text.length });
      continue;
    }
    const element = open.pop();
    if (element === undefined) {
      throw new HtmlError(`Unexpected end tag at byte offset ${byteOffset}`);
    }
    readEndTag(source, byteOffset, element.tag.name);
    const place = { offset: element.offset, length: text.length - element.offset };
    entities = closeElement(element.tag, place, text.slice(element.offset), entities);
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined) {
    throw new HtmlError(`Can't find end tag corresponding to start tag "${unclosed.tag.name}"`);
  }
  if (!text.isWellFormed()) {
    throw new HtmlError(
      'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
    );
  }
  return { text, entities: entities.map(withoutStrayLanguage) };
}

/** Inline code has no language; it was kept only in case a `pre` followed. */
function withoutStrayLanguage(entity: Entity): Entity {
  if (entity.type !== 'code') return entity;
  return { type: entity.type, offset: entity.offset, length: entity.length };
}

function readStartTag(source: Source, byteOffset: number): StartTag {
  const unclosed = new HtmlError(`Unclosed start tag at byte offset ${byteOffset}`);
  const name = source.takeUntil((char) => isSpace(char) || char === '>').toLowerCase();
  if (source.atEnd) throw unclosed;
  const attributes = new Map<string, string>();
  const tag: StartTag = { name, attributes, byteOffset };
  if (!isTag(name))
    throw new HtmlError(`Unsupported start tag "${name}" at byte offset ${byteOffset}`);
  for (source.skipSpace(); !source.isAt('>'); source.skipSpace()) {
    const [attribute, value] = readAttribute(source, tag);
    if (source.atEnd) throw unclosed;
    attributes.set(attribute, value);
  }
  source.skip();
  const refusal = refusalOfTag(tag);
  if (refusal !== undefined) throw new HtmlError(refusal);
  return tag;
}

function readAttribute(source: Source, { name, byteOffset }: StartTag): [string, string] {
  const where = `the tag "${name}" at byte offset ${byteOffset}`;
  const attribute = source.takeUntil((char) => isSpace(char) || char === '=' || char === '>');
  if (source.atEnd)
    throw new HtmlError(`Unclosed start tag "${name}" at byte offset ${byteOffset}`);
  if (attribute === '') throw new HtmlError(`Empty attribute name in ${where}`);
  source.skipSpace();
  if (!source.isAt('=')) {
    if (isFlag(name, attribute)) return [attribute, ''];
    throw new HtmlError(`Expected equal sign in declaration of an attribute of ${where}`);
  }
  source.skip();
  source.skipSpace();
  if (source.atEnd)
    throw new HtmlError(`Unclosed start tag "${name}" at byte offset ${byteOffset}`);
  return [attribute, readValue(source)];
}

function readValue(source: Source): string {
  const quote = source.char;
  if (quote !== '"' && quote !== "'") {
    const begin = source.byteOffset;
    const token = source.takeUntil((char) => !/[A-Za-z0-9.-]/.test(char));
    if (!source.atEnd && !isSpace(source.char) && !source.isAt('>')) {
      throw new HtmlError(`Unexpected end of name token at byte offset ${begin}`);
    }
    return token.toLowerCase();
  }
  source.skip();
  let value = '';
  while (!source.atEnd && !source.isAt(quote)) value += source.takeCharacter();
  source.skip();
  return value;
}

function readEndTag(source: Source, byteOffset: number, expected: string): void {
  source.skip();
  const name = source.takeUntil((char) => isSpace(char) || char === '>');
  source.skipSpace();
  if (!source.isAt('>')) throw new HtmlError(`Unclosed end tag at byte offset ${byteOffset}`);
  source.skip();
  if (name !== '' && name !== expected) {
    throw new HtmlError(
      `Unmatched end tag at byte offset ${byteOffset}, expected "</${expected}>", found "</${name}>"`,
    );
  }
}

function isSpace(char: string): boolean {
  return char === ' ' || char === '\t' || char === '\n' || char === '\r' || char === '\0';
}

const namedReferences: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
]);

/** The markup and how far it has been read. */
class Source {
  readonly #html: string;
  #at = 0;

  constructor(html: string) {
    this.#html = html;
  }

  get atEnd(): boolean {
    return this.#at >= this.#html.length;
  }

  get char(): string {
    return this.#html.charAt(this.#at);
  }

  isAt(char: string): boolean {
    return this.char === char;
  }

  get byteOffset(): number {
    return Buffer.byteLength(this.#html.slice(0, this.#at));
  }

  skip(): void {
    this.#at += 1;
  }

  skipSpace(): void {
    while (!this.atEnd && isSpace(this.char)) this.skip();
  }

  takeUntil(ends: (char: string) => boolean): string {
    const begin = this.#at;
    while (!this.atEnd && !ends(this.char)) this.skip();
    return this.#html.slice(begin, this.#at);
  }

  /** One character, or what a character reference stands for. */
  takeCharacter(): string {
    const reference = /^&(?:#x([0-9a-f]{1,6})(?![0-9a-f])|#([0-9]{1,7})(?![0-9])|([a-z]+));?/i.exec(
      this.#html.slice(this.#at, this.#at + 12),
    );
    const decoded = reference === null ? undefined : decode(reference);
    if (reference === null || decoded === undefined) {
      const char = this.char;
      this.skip();
      return char;
    }
    this.#at += reference[0].length;
    return decoded;
  }
}

function decode([, hex, decimal, name]: RegExpExecArray): string | undefined {
  if (name !== undefined) return namedReferences.get(name);
  const code = hex === undefined ? Number.parseInt(decimal ?? '', 10) : Number.parseInt(hex, 16);
  return code === 0 || code >= 0x10_ffff ? undefined : String.fromCodePoint(code);
}
