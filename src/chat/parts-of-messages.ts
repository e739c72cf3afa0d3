import { z } from 'zod';

import type { Incoming } from './port.ts';

const partSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('album'), album: z.string() }),
  z.object({ kind: z.literal('cut'), glue: z.enum(['', '\n']) }),
]);

const messageSchema = z.object({
  id: z.string(),
  conversation: z.string(),
  address: z.string(),
  author: z.object({ id: z.string(), name: z.string(), locale: z.string().optional() }),
  fromBot: z.boolean(),
  isOperator: z.boolean().optional(),
  isPrivate: z.boolean(),
  isAddressed: z.boolean(),
  places: z.array(z.string()),
  text: z.string(),
  quoted: z.string().optional(),
  files: z
    .array(
      z.object({
        name: z.string(),
        mime: z.string(),
        bytes: z.number().optional(),
        ref: z.string(),
        isQuoted: z.boolean().optional(),
      }),
    )
    .optional(),
  part: partSchema.optional(),
});

/** A message as it lies in a `PartStore`; undefined for what no version of this program wrote. */
export function readPart(text: string): Incoming | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

/** One message made of its parts: under an id of its own, at the first one's address. */
export function joined(parts: readonly Incoming[]): Incoming | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  const { part: _, ...rest } = first;
  const files = parts.flatMap((message) => message.files ?? []);
  return {
    ...rest,
    id: `${first.id}.all`,
    isAddressed: parts.some(({ isAddressed }) => isAddressed),
    text: parts.map((message, at) => `${message.text}${glueAfter(parts, at)}`).join(''),
    ...(files.length === 0 ? {} : { files }),
  };
}

function glueAfter(parts: readonly Incoming[], at: number): string {
  const next = parts[at + 1];
  if (next === undefined || next.text === '') return '';
  const before = parts[at];
  if (before?.text === '') return '';
  return before?.part?.kind === 'cut' ? before.part.glue : '\n';
}
