import { z } from 'zod';

/** Who wrote a message. `id` is `<platform>:<the platform's user id>`, as in `OWNERS` and `ALLOW`. */
export const authorSchema = z.object({
  id: z.string().min(1),
  name: z.string(),
  /** BCP 47, as the platform gives it. */
  locale: z.string().optional(),
});

export type Author = z.infer<typeof authorSchema>;

/** A file of a prompt. What is in it lies beside the prompt, in the order of `Prompt.files`. */
const promptFileSchema = z.object({
  name: z.string(),
  /** `image`: `mime` is one that Grok can see. `text`: whatever the type, it is UTF-8. */
  kind: z.enum(['image', 'text']),
  mime: z.string(),
});

export type PromptFile = z.infer<typeof promptFileSchema>;

/** https://www.w3.org/TR/trace-context/#traceparent-header-field-values */
export const traceSchema = z
  .string()
  .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
  .optional()
  .catch(undefined);

/**
 * A message that was admitted, as it lies in Redis until it is settled. `v` is the version of this
 * format; a process that meets a higher one hands the prompt back (`RECORD_NEWER`).
 */
export const promptSchema = z.object({
  v: z.literal(1),
  /** `tg-<botId>-<update_id>`, `dc-<message_id>`, `dc-i-<interaction_id>`, `term-…`: also the seen-key. */
  id: z.string().min(1),
  /** `<account>.<what the platform calls a conversation>`: prompts of one run in order. */
  conversation: z.string().min(1),
  /** `<platform>-<botId>`: whose reply queue the answer goes to. */
  account: z.string().min(1),
  /** Where several conversations are one chat, that chat, named as a conversation is: it has limits, too. */
  chat: z.string().min(1).optional(),
  /** Where to answer; only the adapter that made it can read it. */
  address: z.string(),
  author: authorSchema,
  text: z.string(),
  /** Several people talk in this conversation: Grok is told who says what. */
  isShared: z.boolean().optional(),
  /** Grok is asked to look it up. */
  search: z.boolean().optional(),
  /** The text describes a picture that is to be drawn. */
  imagine: z.boolean().optional(),
  files: z.array(promptFileSchema).optional(),
  /** What its author is to be told of it, in their language: it stands below the answer. */
  notes: z.array(z.string()).optional(),
  /** The span that put it in, as W3C `traceparent`; what is none is forgotten. */
  trace: traceSchema,
  /** When the bridge took it in, milliseconds since 1970. */
  receivedAtMs: z.number(),
});

export type Prompt = z.infer<typeof promptSchema>;

/** Where several people read along, what is no answer is said once, not to each of them. */
export function isInGroup({ isShared, chat }: Pick<Prompt, 'isShared' | 'chat'>): boolean {
  return isShared === true || chat !== undefined;
}
