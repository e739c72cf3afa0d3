export interface MarkdownBounds {
  /** Four times the longest message: whatever is longer is measured on the way to one. */
  readonly longest: number;
  /** Emphasis that is opened and never closed takes time that grows with the square of its count. */
  readonly mostMarks: number;
}

/** More markers of quotes and lists than this at the beginning of one line. */
const tooDeep = /^(?:[ \t]*(?:>|[-*+](?=[ \t])|\d{1,9}[.)](?=[ \t]))){50}/m;

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
