/**
 * An error text of the API, fit for a log: without tokens, keys and pieces of keys, ids, addresses
 * and whatever stands in quotation marks, which may be what the user wrote.
 */
export function redact(text: string): string {
  return patterns
    .reduce((left, [pattern, mark]) => left.replace(pattern, mark), text.slice(0, 2000))
    .replace(longWord, (word) => (/\d/.test(word) ? '[…]' : word))
    .slice(0, 280);
}

/**
 * None of these may look for two open ends in one run of characters: a text of 2000 letters took one
 * that did seconds.
 */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/"[^"]*("|$)|`[^`]*(`|$)|“[^”]*(”|$)|(?<![\p{L}\p{N}])'[^']*('(?![\p{L}\p{N}])|$)/gu, '"…"'],
  [/\b(bearer|basic)\s+\S+/gi, '$1 […]'],
  [/\S*\*{2,}\S*/g, '[…]'],
  [/\b(https?:\/\/[^\s/?#]+)[^\s]*/gi, '$1/…'],
  [/[^\s@]+@[^\s@]+\.[^\s@]+/g, '[…]'],
  // JWTs, `xai-…`, UUIDs.
  [/\b(?:(?:xai|sk|pk)-|eyJ)[\w.-]+/gi, '[…]'],
  [/\b[\da-f]{8}-[\da-f-]{20,}\b/gi, '[…]'],
  [/\b(team|key ID|user|org(?:anization)?|account)(:?\s+)[\w-]*\d[\w-]*/gi, '$1$2[…]'],
];

/** What is as long as a key; it is taken for one where there is a digit in it. */
const longWord = /[\w+/=-]{20,}[\w+/=.-]*/g;
