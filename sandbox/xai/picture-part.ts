import { z } from 'zod';

const address = z.string().regex(/^(data:image\/(png|jpeg);base64,[A-Za-z0-9+/]+=*$|https:\/\/)/);
const picture = z.union([
  z
    .looseObject({ type: z.literal('input_image'), image_url: address })
    .transform(({ image_url: url }) => url),
  z
    .looseObject({ type: z.literal('image_url'), image_url: z.looseObject({ url: address }) })
    .transform(({ image_url: { url } }) => url),
]);

const pictures = new Set(['input_image', 'image_url']);

/**
 * A part of a message's content: a picture of either API is read as a text that says what it is, so
 * that the model that is none can tell it was there. Anything but a PNG or JPEG is refused, as xAI
 * does (https://docs.x.ai/docs/guides/image-understanding).
 */
export function pictureOr<T extends z.ZodType<{ type: string; text?: string | undefined }>>(
  other: T,
) {
  return z.union([
    picture.transform((url) => ({ type: 'picture', text: described(url) })),
    other.refine(({ type }) => !pictures.has(type)),
  ]);
}

function described(url: string): string {
  const [, mime, base64 = ''] = /^data:([^;]+);base64,(.*)$/.exec(url) ?? [];
  return mime === undefined
    ? `[${url}]`
    : `[${mime} of ${Buffer.from(base64, 'base64').length} bytes]`;
}
