import type { Api } from 'grammy';

import { readBounded, wordsFor } from '#port';
import type { FetchedFile, IncomingFile } from '#port';

import { ask } from './bot-api.ts';
import type { TelegramEnv } from './env.ts';
import type { TelegramContent } from './update-schema.ts';

const deadlineMs = 10_000;
/** A photo comes in several sizes; larger than this nobody needs to be told what is on it. */
const enoughBytes = 4 * 1024 * 1024;

/**
 * What came with a message: Telegram allows one thing each. `locale` is of who is told of it: what
 * has no name gets one in their language.
 */
export function filesOf(
  content: TelegramContent,
  locale: string | undefined,
  isQuoted = false,
): IncomingFile[] {
  const found = fileOf(content, locale);
  return found === undefined ? [] : [{ ...found, ...(isQuoted ? { isQuoted } : {}) }];
}

function fileOf(content: TelegramContent, locale: string | undefined): IncomingFile | undefined {
  const { photo = [], document, video, audio, voice, video_note: note } = content;
  const sizes = photo.toSorted((a, b) => a.width - b.width);
  const picture = sizes.findLast(({ file_size: size }) => (size ?? 0) <= enoughBytes) ?? sizes[0];
  if (picture !== undefined) {
    const { file_id: ref, file_size: bytes } = picture;
    return { name: 'photo.jpg', mime: 'image/jpeg', bytes, ref };
  }
  const { unnamed } = wordsFor(locale);
  const other =
    (document && { ...document, type: 'application/octet-stream', called: unnamed.file }) ??
    (video && { ...video, type: 'video/mp4', called: unnamed.video }) ??
    (audio && { ...audio, type: 'audio/mpeg', called: unnamed.audio }) ??
    (voice && { ...voice, type: 'audio/ogg', called: unnamed.voice }) ??
    (note && { ...note, type: 'video/mp4', called: unnamed.videoNote });
  if (other === undefined) return undefined;
  return {
    name: other.file_name ?? other.called,
    mime: other.mime_type ?? other.type,
    bytes: other.file_size,
    ref: other.file_id,
  };
}

/** Fetches a file by its id. The address holds the bot's token and does not leave this function. */
export async function fetchFile(
  api: Api,
  env: TelegramEnv,
  { ref }: IncomingFile,
  mostBytes: number,
  signal: AbortSignal,
): Promise<FetchedFile> {
  const found = await ask(async (either) => api.getFile(ref, either), deadlineMs, signal);
  if (found.kind === 'refused') {
    // Bots get files up to 20 MB (https://core.telegram.org/bots/api#getfile).
    const isTooBig = found.description.includes('file is too big');
    return isTooBig ? { kind: 'too large' } : { kind: 'failed', why: found.description };
  }
  if (found.kind !== 'ok') return { kind: 'failed', why: found.why };
  const { file_path: path, file_size: size } = found.result;
  if ((size ?? 0) > mostBytes) return { kind: 'too large' };
  const url = path === undefined ? undefined : addressOf(path, env);
  if (url === undefined) return { kind: 'failed', why: 'Telegram does not say where it is' };
  return readBounded(url, mostBytes, signal);
}

/** Undefined for a path that, read as a URL, leads out of the bot's own files. */
function addressOf(path: string, env: TelegramEnv): string | undefined {
  const root = `${env.TELEGRAM_API_URL}/file/bot${env.TELEGRAM_TOKEN}/`;
  const url = URL.parse(root + path);
  const isInside = url !== null && url.href.startsWith(URL.parse(root)?.href ?? root);
  return isInside && url.search === '' && url.hash === '' ? url.href : undefined;
}
