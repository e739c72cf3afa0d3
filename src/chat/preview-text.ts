import { parseFence } from './pieces.ts';
import { splitText } from './split.ts';

/**
 * What is shown of an unfinished answer: all of it while it fits in one message, else its end, since
 * that is where a reader is. Always ends in "…", so that nobody takes it for the whole.
 */
export function previewText(
  text: string,
  maxChars: number,
  measure: (markdown: string) => number,
): string {
  const room = maxChars - ending.length;
  const fits = (markdown: string) => measure(markdown) <= room;
  const near = tail(text, room);
  const chunks = near === text && fits(text) ? splitText(text, room, measure) : [];
  if (chunks.length === 1) return `${chunks[0] ?? ''}${ending}`;

  // Two half messages: the last one, still growing, and the one before it for context.
  const halves = splitText(near, Math.floor(room / 2) - omission.length, measure).slice(-2);
  const both = `${omission}${halves.join('\n')}`;
  return `${fits(both) ? both : (halves.at(-1) ?? '')}${ending}`;
}

const ending = '\n…';
const omission = '…\n\n';

/** The last lines of a text, a little more than `room`; a code block that they begin in is reopened. */
function tail(text: string, room: number): string {
  if (text.length <= room) return text;
  let from = text.indexOf('\n', text.length - room * 1.5) + 1;
  if (from === 0) from = text.length - room;
  const fence = openFence(text.slice(0, from));
  const rest = text.slice(from).toWellFormed();
  return fence === undefined ? rest : `${fence}\n${rest}`;
}

/** The opening line of the code block that is open at the end of a text. */
function openFence(text: string): string | undefined {
  let open: { readonly line: string; readonly marker: string } | undefined;
  for (const [line, marker = ''] of text.matchAll(/^ {0,3}(`{3,}|~{3,}).*$/gm)) {
    if (open === undefined) open = { line, marker };
    else if (line.trim() === marker && marker.startsWith(open.marker)) open = undefined;
  }
  return open === undefined ? undefined : parseFence(open.line).reopen;
}
