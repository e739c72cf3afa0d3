import type { Reply } from '../reply.ts';
import { harmless } from './clean.ts';
import type { Adapter, Button, OutgoingFile } from './port.ts';
import { splitText } from './split.ts';

/** One message of a reply. With a file, the text is its caption and may be empty. */
export interface Part {
  readonly text: string;
  readonly file?: OutgoingFile | undefined;
  readonly buttons?: readonly Button[] | undefined;
}

/** An answer that would take more messages than this comes as a file, where files are taken. */
export const mostMessages = 5;

type Measuring = Pick<Adapter, 'maxChars' | 'measure' | 'takesFiles' | 'takesButtons'>;

/**
 * The messages that a reply is shown as: its text, cut where it is too long for one; a very long one
 * as its beginning and a file with the whole; then the reply's own file. At least one. Its buttons
 * stand below the last message of text.
 */
export function partsOf(
  { text, file, buttons }: Pick<Reply, 'text' | 'file' | 'buttons'>,
  adapter: Measuring,
): Part[] {
  const parts = [...textParts(harmless(text), adapter), ...fileParts(file, adapter)];
  if (parts.length === 0) parts.push({ text: '—' });
  if (buttons === undefined || adapter.takesButtons !== true) return parts;
  const below = parts.findLastIndex((part) => part.file === undefined);
  const part = parts[below];
  return part === undefined ? parts : parts.with(below, { ...part, buttons });
}

function textParts(text: string, adapter: Measuring): Part[] {
  const { maxChars, takesFiles } = adapter;
  const measure = (markdown: string) => adapter.measure(markdown);
  if (takesFiles !== true) return splitText(text, maxChars, measure).map(alone);
  // Markup takes room that is not counted, but hardly this much; more is not even read.
  const isEndless = text.length > mostMessages * maxChars * 4;
  const chunks = isEndless ? [] : splitText(text, maxChars, measure);
  if (!isEndless && chunks.length <= mostMessages) return chunks.map(alone);

  const [beginning = ''] = splitText(text.slice(0, maxChars * 4).toWellFormed(), maxChars, (part) =>
    measure(`${part}${continued}`),
  );
  return [
    { text: `${beginning}${continued}` },
    { text: '', file: { name: wholeName, mime: 'text/markdown', bytes: Buffer.from(text) } },
  ];
}

function fileParts(file: Reply['file'], adapter: Measuring): Part[] {
  if (file === undefined) return [];
  const { name, mime, base64 } = file;
  const bytes = Buffer.from(base64, 'base64');
  if (adapter.takesFiles === true) return [{ text: '', file: { name, mime, bytes } }];
  if (!mime.startsWith('text/') && mime !== 'application/json') return [{ text: `📎 ${name}` }];
  const measure = (markdown: string) => adapter.measure(markdown);
  return splitText(bytes.toString('utf8'), adapter.maxChars, measure).map(alone);
}

function alone(text: string): Part {
  return { text };
}

const wholeName = 'answer.md';
/** No language: a reply does not say whose it is. */
const continued = `\n\n⋯ 📎 ${wholeName}`;
