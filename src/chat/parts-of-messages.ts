import { z } from 'zod';

import type { Incoming } from './port.ts';

const partSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('album'), album: z.string() }),
  z.object({ kind: z.literal('cut'), glue: z.enum(['', '\n']) }),
  z.object({ kind: z.enum(['forward', 'comment']) }),
]);

const citedSchema = z.array(
  z.object({
    from: z.string().optional(),
    text: z.string(),
    isOurs: z.boolean().optional(),
  }),
);

const messageSchema = z.object({
  v: z.union([z.literal(1), z.literal(2)]).optional(),
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
  chain: citedSchema.optional(),
  forwarded: citedSchema.optional(),
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

/** A part as it lies in a `PartStore`; `newer` was written by a later version and stays there. */
export type StoredPart =
  | { readonly kind: 'whole'; readonly message: Incoming }
  | { readonly kind: 'newer' | 'broken' };

/** How a part is written; what the first version knows as that version. */
export function writePart(message: Incoming): string {
  const kind = message.part?.kind;
  return JSON.stringify({ v: kind === 'forward' || kind === 'comment' ? 2 : 1, ...message });
}

/** The opposite of `writePart`; without a version it is of the first one. */
export function readPart(text: string): StoredPart {
  try {
    const value: unknown = JSON.parse(text);
    if ((versioned.safeParse(value).data?.v ?? 1) > 2) return { kind: 'newer' };
    const { v: _, ...message } = messageSchema.parse(value);
    return { kind: 'whole', message };
  } catch {
    return { kind: 'broken' };
  }
}

const versioned = z.object({ v: z.number() });

/** One message made of its parts: under an id of its own, at the first one's address. */
export function joined(parts: readonly Incoming[]): Incoming | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  const { part: _, ...rest } = first;
  const files = parts.flatMap((message) => message.files ?? []);
  const forwarded = parts.flatMap((message) => message.forwarded ?? []);
  return {
    ...rest,
    id: `${first.id}.all`,
    isAddressed: parts.some(({ isAddressed }) => isAddressed),
    text: parts.map((message, at) => `${message.text}${glueAfter(parts, at)}`).join(''),
    ...(forwarded.length === 0 ? {} : { forwarded }),
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
