import type { Rendered } from './rendered.ts';

/**
 * The same to read, and no mention in it: behind the @ of a name stands a word joiner, which nobody
 * sees. Code stays as it is, Telegram finds no names there.
 */
export function withoutPings({ html, text }: Rendered): Rendered {
  const names = mentionsIn(text);
  if (names.size === 0) return { html, text };
  let at = 0;
  let depth = 0;
  const pieces = html.split(/(<[^>]*>)/).map((piece): Rendered => {
    if (piece.startsWith('<')) {
      if (isOfCode.test(piece)) depth += piece.startsWith('</') ? -1 : 1;
      return { html: piece, text: '' };
    }
    const said = text.slice(at, at + piece.replaceAll(reference, ' ').length);
    const begin = at;
    at += said.length;
    if (depth > 0) return { html: piece, text: said };
    const isName = (index: number) => names.has(begin + index);
    // Both have the same @ in the same order.
    const found = [...said.matchAll(/@/g)].map(({ index }) => isName(index));
    return { html: join(piece, found), text: join(said, found) };
  });
  return {
    html: pieces.map((piece) => piece.html).join(''),
    text: pieces.map((piece) => piece.text).join(''),
  };
}

/**
 * A text that is sent without any markup: names in it that stood in code get an @ that looks alike
 * and is as long, so that what is as long as a message can be still is.
 */
export function withoutPingsUnformatted(text: string): string {
  const names = mentionsIn(text);
  return text.replaceAll('@', (at, index: number) => (names.has(index) ? '\uFF20' : at));
}

/** Whether a link is to a person's account, as Telegram makes a mention of it. */
export function isLinkToPerson(href: string): boolean {
  return /^tg:\/*user/i.test(URL.parse(href)?.href ?? href);
}

/** What Telegram takes out of a text before it looks (TDLib, `clean_input_string`). */
const dropped = '[\\r\\u2028-\\u202E\\u030A\\u0333\\u033F]*';
const name = new RegExp(`^@${dropped}[a-z](?:${dropped}\\w){3}`, 'i');
/**
 * An address, which Telegram takes before a name in it, or an @ that follows no letter. Without a
 * scheme an address is one by how its host ends.
 */
const addressOrAt = new RegExp(
  `(?:https?://(?:[\\w-]+\\.)+[\\w-]+|(?<![\\w.-])(?:[\\w-]+\\.)+(?:com|org|net|io|ai|tv|me|co|social))` +
    `(?::\\d+)?[/?#][\\w/?#&=%.~+@:-]*|(?<!\\w)@`,
  'gi',
);

/** Where in a text the @ of a name stands; rather one too many than one too few. */
function mentionsIn(text: string): ReadonlySet<number> {
  if (!text.includes('@')) return new Set();
  return new Set(
    [...text.matchAll(addressOrAt)]
      .filter(({ 0: found, index }) => found === '@' && name.test(text.slice(index, index + 64)))
      .map(({ index }) => index),
  );
}

const isOfCode = /^<\/?(?:code|pre)\b/;
const reference = /&(?:amp|lt|gt|quot);/g;

function join(piece: string, isName: readonly boolean[]): string {
  let seen = 0;
  return piece.replaceAll('@', () => (isName[seen++] === true ? '@\u2060' : '@'));
}
