import type { Entity, FormattedText } from './formatted-text.ts';

/**
 * Whom a text notifies in a chat where they are: the names that Telegram finds in it by itself, as
 * `@name`, and the accounts that a link opens, as `tg://user?id=1`. A name in code, in a link or in
 * an address is none. As TDLib has it (td/telegram/MessageEntity.cpp, `match_mentions`), a name may
 * follow anything but a letter, a digit or `_`.
 */
export function pingsOf({ text, entities }: FormattedText): readonly string[] {
  const taken = [...entities.filter(isOpaque), ...addressesIn(text)];
  const named = [...text.matchAll(mention)]
    .filter((match) => !taken.some((place) => isIn(place, match.index)))
    .map(([name]) => name.toLowerCase());
  const linked = entities.flatMap(({ url = '' }) => (opensUser.test(url) ? [url] : []));
  return [...new Set([...named, ...linked])];
}

const mention = /(?<![\p{L}\p{N}_])@[A-Za-z][A-Za-z0-9_]{3,31}(?![\p{L}\p{N}_])/gu;
const opensUser = /^tg:(?:\/\/)?user\?/i;
/** Without a scheme an address is one by how its host ends; a few of the many ends that there are. */
const address =
  /(?:https?:\/\/(?:[\w-]+\.)+[\w-]+|\b(?:[\w-]+\.)+(?:com|org|net|social))[/?#][^\s"<>()[\]{}|`*]*/giu;

type Stretch = Pick<Entity, 'offset' | 'length'>;

function isOpaque({ type }: Entity): boolean {
  return type === 'code' || type === 'pre' || type === 'text_link';
}

function addressesIn(text: string): Stretch[] {
  return [...text.matchAll(address)].map(({ 0: { length }, index: offset }) => ({
    offset,
    length,
  }));
}

function isIn({ offset, length }: Stretch, at: number): boolean {
  return offset <= at && at < offset + length;
}
