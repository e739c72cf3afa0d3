import { type SaidFile, withFiles } from '../grok/prompt-text.ts';
import type { Picture } from '../grok/request.ts';
import type { Prompt, PromptFile } from '../prompt.ts';

/** Where the files of prompts are read from. */
export interface PromptFileSource {
  load(prompt: string, count: number): Promise<readonly string[] | undefined>;
  release(prompt: string): Promise<void>;
}

/** A prompt with all that came with it. */
export interface Attached {
  /** What Grok is asked. */
  readonly text: string;
  readonly images: readonly Picture[];
  /** What history keeps of it: the texts as long as they are short, of all else the names. */
  readonly kept: string;
}

/** History is sent with every prompt that follows. */
const mostKeptChars = 16_000;

/** Undefined when what came with the prompt is no longer kept. */
export async function attachedTo(
  { id, text, files = [] }: Pick<Prompt, 'id' | 'text' | 'files'>,
  source: PromptFileSource,
): Promise<Attached | undefined> {
  if (files.length === 0) return { text, images: [], kept: text };
  const loaded = await source.load(id, files.length);
  if (loaded === undefined) return undefined;
  const whole = files.map((file, at) => ({ file, base64: loaded[at] ?? '' }));
  const texts = whole.flatMap(({ file, base64 }) =>
    file.kind === 'text' ? [{ name: file.name, text: decoded(base64) }] : [],
  );
  const images = whole.flatMap(({ file: { kind, mime }, base64 }) =>
    kind === 'image' ? [{ mime, base64 }] : [],
  );
  return { text: withFiles(text, texts), images, kept: keptOf(text, files, texts) };
}

function keptOf(text: string, files: readonly PromptFile[], texts: readonly SaidFile[]): string {
  const isShort = texts.reduce((chars, file) => chars + file.text.length, 0) <= mostKeptChars;
  const named = files
    .filter(({ kind }) => kind === 'image' || !isShort)
    .map(({ kind, name }) => JSON.stringify({ [kind === 'image' ? 'picture' : 'file']: name }));
  const said = withFiles(text, isShort ? texts : []);
  return [...(said === '' ? [] : [said]), ...named].join('\n\n');
}

function decoded(base64: string): string {
  return Buffer.from(base64, 'base64').toString('utf8').replaceAll(/\r\n?/g, '\n');
}
