/** The largest n of 0…`most` for which `fits` holds, if what fits does so for every smaller n. */
export function largest(most: number, fits: (n: number) => boolean): number {
  // Doubling first: nothing much longer than what fits is ever measured.
  let low = 0;
  let high = Math.min(1, most);
  while (high > low && fits(high)) {
    low = high;
    high = Math.min(high * 2, most);
  }
  if (low === most) return most;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fits(middle)) low = middle;
    else high = middle;
  }
  return low;
}

/**
 * Where to cut a line that does not fit: after a sentence, else after a word, else (unless only
 * `between words`) inside a word, but not inside a character. 0: nowhere.
 */
export function cutLine(
  line: string,
  fits: (part: string) => boolean,
  where: 'between words' | 'anywhere',
): number {
  const room = largest(line.length, (n) => fits(line.slice(0, n)));
  const usable = (at: number) =>
    at > 0 && fits(line.slice(0, at)) && !fenceLike.test(line.slice(at));

  const sentence = lastMatch(sentenceEnd, line, room);
  if (sentence > room / 2 && usable(sentence)) return sentence;
  const word = lastMatch(wordEnd, line, room);
  if ((word > room / 4 || where === 'between words') && usable(word)) return word;
  if (where === 'between words') return 0;
  const character = characterStart(line, room);
  return usable(character) ? character : wholeCodePoint(line, room);
}

const sentenceEnd = /[.!?…]["'”’)\]*_]*(?=\s)|[。！？；]["”’」』）]*/g;
const wordEnd = /\S(?=\s)|[，、]/g;
/** A rest that began like this would open a code block. */
const fenceLike = /^\s*(?:`{3}|~{3})/;

/** The end of the last match that ends at `room` or before, or 0. */
function lastMatch(pattern: RegExp, line: string, room: number): number {
  // One more character is looked at, so that a match can end exactly at `room`.
  const from = Math.max(0, room - windowChars);
  let end = 0;
  for (const match of line.slice(from, room + 1).matchAll(pattern)) {
    const at = from + match.index + match[0].length;
    if (at <= room) end = at;
  }
  return end;
}

const windowChars = 4_096;

/** The start of the grapheme at `at`, looked for among the last few characters. */
function characterStart(line: string, at: number): number {
  const from = wholeCodePoint(line, Math.max(0, at - 64));
  let start = from;
  for (const { index } of graphemes.segment(line.slice(from, at + 64))) {
    if (from + index > at) break;
    start = from + index;
  }
  return start === from && from > 0 ? wholeCodePoint(line, at) : start;
}

const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** `at`, or one less where it would part a surrogate pair. */
function wholeCodePoint(line: string, at: number): number {
  const isLow = (line.charCodeAt(at) & 0xfc00) === 0xdc00;
  const isHigh = (line.charCodeAt(at - 1) & 0xfc00) === 0xd800;
  return isLow && isHigh ? at - 1 : at;
}
