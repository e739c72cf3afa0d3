export interface MarkdownBounds {
  /** Four times the longest message: whatever is longer is measured on the way to one. */
  readonly longest: number;
  /** Emphasis that is opened and never closed takes time that grows with the square of its count. */
  readonly mostMarks: number;
}

/** More markers of quotes and lists than this at the beginning of one line. */
const tooDeep = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))){50}/m;

/** As deep by indentation, of two columns a level; within a code block it is but code. */
const tooFarIn = /^[ \t]{100,}(?:>|(?:[-*+]|\d{1,9}[.)])[ \t])/m;

/**
 * Whether quotes or lists stand in one another so deep that nobody wrote it to be read: each level
 * costs a parser as much as the whole line.
 */
export function isTooDeep(markdown: string): boolean {
  return tooDeep.test(markdown) || tooFarIn.test(markdown);
}

/**
 * Whether it would take too long to read this as Markdown: then it stands as it is. Nobody writes
 * so; but an answer may repeat whatever somebody has sent, and all conversations share one thread.
 */
export function isTooMuch(markdown: string, { longest, mostMarks }: MarkdownBounds): boolean {
  if (markdown.length > longest || tooDeep.test(markdown)) return true;
  if (markdown.length < mostMarks) return false;
  return markdown
    .split(/\n[ \t]*\n/)
    .some((paragraph) => (paragraph.match(/[*_]+/g)?.length ?? 0) > mostMarks);
}
