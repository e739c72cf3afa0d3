import type { PromptFile } from '../prompt.ts';
import type { Words } from '../words.ts';
import { cleanName } from './clean.ts';
import { isHopeless, kindOf } from './file-kinds.ts';
import type { Adapter, IncomingFile } from './port.ts';
import type { PromptFiles } from './prompt-files.ts';

/** Of one prompt, the files of the message that it replies to included. */
export const fileLimits = {
  most: 10,
  largestImageBytes: 4 * 1024 * 1024,
  largestTextBytes: 200 * 1024,
  togetherBytes: 12 * 1024 * 1024,
} as const;

/** All of a prompt's files have to have come by then. */
const deadlineMs = 20_000;

export interface FileTakerParts {
  readonly fetchFile: NonNullable<Adapter['fetchFile']>;
  readonly store: PromptFiles;
}

export type TakenFiles =
  | {
      readonly kind: 'taken';
      readonly files: readonly PromptFile[];
      /** Why files of the message that is replied to are not among them; none: all of them are. */
      readonly leftOut: readonly ((words: Words) => string)[];
    }
  /** None is kept, and this is why. */
  | { readonly kind: 'refused'; readonly why: (words: Words) => string };

/**
 * Fetches what came with a message and keeps it for its prompt: all of it, or nothing and a word
 * that says why. What a message merely replies to comes behind its own, and is left out where it is of
 * no use or one too many, and told.
 */
export async function takeFiles(
  prompt: string,
  files: readonly IncomingFile[],
  { fetchFile, store }: FileTakerParts,
  signal: AbortSignal,
): Promise<TakenFiles> {
  if (files.length === 0) return { kind: 'taken', files: [], leftOut: [] };
  const { most } = fileLimits;
  const own = files.filter(({ isQuoted }) => isQuoted !== true);
  if (own.length > most) return refused((words) => words.filesTooMany(most));
  const inTurn = [...own, ...files.filter(({ isQuoted }) => isQuoted === true)];
  const either = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]);
  const taken: { file: PromptFile; bytes: Uint8Array }[] = [];
  const leftOut: ((words: Words) => string)[] = [];
  let leftBytes: number = fileLimits.togetherBytes;
  for (const file of inTurn.slice(0, most)) {
    const name = shortName(file.name);
    const result = await takeOne(file, name, leftBytes, fetchFile, either);
    if (result.kind === 'refused') {
      if (file.isQuoted !== true) return result;
      leftOut.push(result.why);
      continue;
    }
    leftBytes -= result.bytes.byteLength;
    taken.push({ file: { name, kind: result.is, mime: result.mime }, bytes: result.bytes });
  }
  const surplus = inTurn.slice(most).map(({ name }) => shortName(name));
  if (surplus.length > 0) leftOut.push((words) => words.filesLeftOut(surplus, most));
  signal.throwIfAborted();
  await store.put(
    prompt,
    taken.map(({ bytes }) => bytes),
  );
  return { kind: 'taken', files: taken.map(({ file }) => file), leftOut };
}

type One =
  | {
      readonly kind: 'fetched';
      readonly is: PromptFile['kind'];
      readonly mime: string;
      readonly bytes: Uint8Array;
    }
  | Extract<TakenFiles, { kind: 'refused' }>;

async function takeOne(
  file: IncomingFile,
  name: string,
  leftBytes: number,
  fetchFile: FileTakerParts['fetchFile'],
  signal: AbortSignal,
): Promise<One> {
  const { largestImageBytes, largestTextBytes, togetherBytes } = fileLimits;
  if (isHopeless(file.mime)) return refused((words) => words.fileKind(name));
  const isTooLarge = refused((words) => words.fileTooLarge(name, sizes(words)));
  if ((file.bytes ?? 0) > largestImageBytes) return isTooLarge;
  const mostBytes = Math.min(largestImageBytes, leftBytes);
  const fetched = await fetchFile(file, mostBytes, signal);
  switch (fetched.kind) {
    case 'failed':
      return refused((words) => words.fileNotFetched(name));
    case 'too large':
      return mostBytes < largestImageBytes
        ? refused((words) => words.filesTooLarge(inMegabytes(togetherBytes)))
        : isTooLarge;
    case 'fetched':
  }
  const { bytes } = fetched;
  const what = kindOf(bytes, file.mime);
  switch (what.kind) {
    case 'broken':
      return refused((words) => words.fileBroken(name));
    case 'other':
      return refused((words) => words.fileKind(name));
    case 'text':
      if (bytes.byteLength > largestTextBytes) return isTooLarge;
      return { kind: 'fetched', is: 'text', mime: what.mime, bytes };
    case 'image':
      return { kind: 'fetched', is: 'image', mime: what.mime, bytes };
  }
}

function refused(why: (words: Words) => string): Extract<TakenFiles, { kind: 'refused' }> {
  return { kind: 'refused', why };
}

function sizes(words: Words): string {
  const { largestImageBytes, largestTextBytes } = fileLimits;
  return words.fileSizes(inMegabytes(largestImageBytes), Math.round(largestTextBytes / 1024));
}

function inMegabytes(bytes: number): number {
  return Math.round(bytes / 1024 / 1024);
}

/** Without what could pass for markup or lead astray; its end, where the type is, stays. */
function shortName(name: string): string {
  const plain = cleanName(name).replaceAll(/[\\`*_~|[\]<>()@#"]/g, '_');
  return plain.length <= 60 ? plain : `${plain.slice(0, 40)}…${plain.slice(-15)}`.toWellFormed();
}
