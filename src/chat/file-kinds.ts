import type { PromptFile } from '../prompt.ts';

/** What a file is, by what is in it: a name or a type that somebody gave it proves nothing. */
export type FileKind =
  | { readonly kind: PromptFile['kind']; readonly mime: string }
  /** It says that it is a picture, and is not, or not a whole one. */
  | { readonly kind: 'broken' }
  | { readonly kind: 'other' };

/** The pictures that Grok can see (https://docs.x.ai/docs/guides/image-understanding). */
export function kindOf(bytes: Uint8Array, claimed: string): FileKind {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data.subarray(0, 8).equals(pngHead)) {
    const isWhole = data.subarray(8).includes('IHDR') && data.subarray(-64).includes('IEND');
    return isWhole ? { kind: 'image', mime: 'image/png' } : { kind: 'broken' };
  }
  if (data.subarray(0, 3).equals(jpegHead)) {
    const isWhole = data.lastIndexOf(jpegEnd) > 3;
    return isWhole ? { kind: 'image', mime: 'image/jpeg' } : { kind: 'broken' };
  }
  if (claimed === 'image/png' || claimed === 'image/jpeg') return { kind: 'broken' };
  const isText =
    !claimed.startsWith('image/') && data.length > 0 && !data.includes(0) && isUtf8(data);
  return isText ? { kind: 'text', mime: 'text/plain' } : { kind: 'other' };
}

/** Whether nothing that is sent as this can be of use, so that it need not be fetched. */
export function isHopeless(mime: string): boolean {
  return /^(audio|video|font|model)\//.test(mime);
}

function isUtf8(data: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(data);
    return true;
  } catch {
    return false;
  }
}

const pngHead = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const jpegHead = Buffer.from([0xff, 0xd8, 0xff]);
const jpegEnd = Buffer.from([0xff, 0xd9]);
