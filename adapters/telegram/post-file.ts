import { InputFile, type Api } from 'grammy';

import type { Delivery, OutgoingFile } from '#port';

import { ask } from './bot-api.ts';
import { deliveryOfPost } from './delivery.ts';

/** What Telegram shows as a picture; anything else, and what is too large for one, is a document. */
const pictures = new Set(['image/jpeg', 'image/png', 'image/webp']);
/** https://core.telegram.org/bots/api#sendphoto */
const largestPictureBytes = 10 * 1024 * 1024;

/** Sends a file without a caption. Telegram knows no idempotency key, for files as for texts. */
export async function postFile(
  api: Api,
  chat: number,
  place: object,
  { name, mime, bytes }: OutgoingFile,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<Delivery> {
  const isPicture = pictures.has(mime) && bytes.length <= largestPictureBytes;
  const answer = await ask(
    async (either) =>
      isPicture
        ? api.sendPhoto(chat, new InputFile(bytes, name), place, either)
        : api.sendDocument(chat, new InputFile(bytes, name), place, either),
    deadlineMs,
    signal,
  );
  return deliveryOfPost(answer);
}
