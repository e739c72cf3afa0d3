import { z } from 'zod';

/** A prompt and its answer, as history keeps them. */
export const exchangeSchema = z.object({
  v: z.literal(1),
  /** What Grok was asked: the user's text with what was quoted in it. */
  prompt: z.string(),
  answer: z.string(),
  /** Who asked, where several people talk; else empty. */
  author: z.string(),
  atMs: z.number(),
});

export type Exchange = z.infer<typeof exchangeSchema>;

/** How an exchange is written for `settle` to append. */
export function exchangeEntry(exchange: Exchange): string {
  return JSON.stringify(exchange);
}
