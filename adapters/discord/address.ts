import { z } from 'zod';

const messageAddressSchema = z.object({
  kind: z.literal('message'),
  channel: z.string().min(1),
  /** The message that is answered. */
  message: z.string().min(1),
});

const interactionAddressSchema = z.object({
  kind: z.literal('interaction'),
  channel: z.string().min(1),
  interaction: z.string().min(1),
  application: z.string().min(1),
  /** Who gave the command. */
  user: z.string().min(1),
  /** The interaction's token, sealed about the interaction's id. */
  sealed: z.string(),
  /** When the token ends, milliseconds since 1970. */
  expiresAtMs: z.number(),
});

const addressSchema = z.discriminatedUnion('kind', [
  messageAddressSchema,
  interactionAddressSchema,
]);

/** Where an answer goes, as it lies in Redis inside a prompt or a reply. */
export type Address = z.infer<typeof addressSchema>;
export type InteractionAddress = z.infer<typeof interactionAddressSchema>;

export function writeAddress(address: Address): string {
  return JSON.stringify(address);
}

/** Undefined for what no version of this adapter wrote. */
export function readAddress(text: string): Address | undefined {
  try {
    return addressSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
