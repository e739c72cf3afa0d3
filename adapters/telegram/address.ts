import { z } from 'zod';

const addressSchema = z.object({
  chat: z.int(),
  /** The topic of a forum, or of a private chat that has topics. */
  thread: z.int().optional(),
  /** The message that is answered. */
  replyTo: z.int().optional(),
});

/** Where an answer goes, as the program keeps it for us: a JSON string. */
export type Address = z.infer<typeof addressSchema>;

export function writeAddress(address: Address): string {
  return JSON.stringify(address);
}

/** @throws {z.ZodError} for what `writeAddress` has not written. */
export function readAddress(address: string): Address {
  return addressSchema.parse(JSON.parse(address));
}

/** Telegram's groups have negative numbers, people positive ones. */
export function isPrivate({ chat }: Address): boolean {
  return chat > 0;
}
