import { readBounded } from '#port';
import type { FetchedFile, IncomingFile } from '#port';

import type { AttachmentPayload } from './payloads.ts';

/** Where Discord keeps what people send (https://docs.discord.com/developers/reference#cdn-data). */
const discordHosts = new Set(['cdn.discordapp.com', 'media.discordapp.net']);

/** The files of a message, in order. */
export function filesOf(
  attachments: readonly AttachmentPayload[],
  isQuoted: boolean,
): IncomingFile[] {
  return attachments.map(({ filename, content_type: mime, size, url }) => ({
    name: filename,
    mime: mime?.split(';', 1)[0]?.trim() ?? '',
    bytes: size,
    ref: url,
    ...(isQuoted ? { isQuoted } : {}),
  }));
}

/** Fetches an attachment from Discord's own servers; `apiUrl` is one of them where it is not Discord's. */
export async function fetchAttachment(
  { ref }: IncomingFile,
  apiUrl: string,
  mostBytes: number,
  signal: AbortSignal,
): Promise<FetchedFile> {
  const url = URL.parse(ref);
  const api = URL.parse(apiUrl);
  const isDiscords = url?.protocol === 'https:' && discordHosts.has(url.host);
  const isOfApi = url !== null && url.origin === api?.origin;
  if (!isDiscords && !isOfApi) return { kind: 'failed', why: 'not on a server of Discord’s' };
  return readBounded(ref, mostBytes, signal);
}
