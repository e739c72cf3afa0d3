import { z } from 'zod';

import { buttonSchema } from './button.ts';
import { type Prompt, traceSchema } from './prompt.ts';

/** A file as it lies in Redis. */
const fileSchema = z.object({ name: z.string().min(1), mime: z.string(), base64: z.string() });

/**
 * Something to be said in a chat, as it lies in a conversation's reply list until it is delivered.
 *
 * `anchor` names the message on the platform that the reply is: replies with one anchor share their
 * receipts, so a later one edits what an earlier one posted. A prompt's notice and its answer have
 * the prompt's id; anything else has an anchor of its own.
 *
 * `final` closes the anchor: nothing with it comes after.
 */
export const replySchema = z.object({
  v: z.literal(1),
  /** Unique: `<anchor>` for a final, `<anchor>.<notice>` for a notice. */
  id: z.string().min(1),
  anchor: z.string().min(1),
  /** The prompt it belongs to, for logs; absent for what nobody asked for. */
  prompt: z.string().optional(),
  conversation: z.string().min(1),
  account: z.string().min(1),
  address: z.string(),
  /** `answer`: Grok's words. `stopped`: what had come when it was stopped. `words`: ours. */
  kind: z.enum(['answer', 'stopped', 'words']),
  final: z.boolean(),
  /** Markdown, of any length. */
  text: z.string(),
  /** Shown after the text. */
  file: fileSchema.optional(),
  /** Below the last message. */
  buttons: z.array(buttonSchema).optional(),
  /** When the prompt was admitted, milliseconds since 1970: for `grok_bridge_reply_seconds`. */
  receivedAtMs: z.number(),
  /** How long the answer took to make, milliseconds: whether its author has been kept waiting by it. */
  workedMs: z.number().optional(),
  /** The span that made it, as W3C `traceparent`. */
  trace: traceSchema,
});

export type Reply = z.infer<typeof replySchema>;

/** A reply to a prompt, shown at its anchor. */
export function replyTo(
  prompt: Prompt,
  said: Pick<Reply, 'kind' | 'text' | 'final'> & { readonly id?: string },
): Reply {
  const { id, conversation, account, address, receivedAtMs, trace } = prompt;
  const from = trace === undefined ? {} : { trace };
  const place = { anchor: id, prompt: id, conversation, account, address, receivedAtMs, ...from };
  return { v: 1, ...place, id: said.id ?? id, kind: said.kind, final: said.final, text: said.text };
}

/** What a user may see of an answer while it is being made. The newest wins; none is ever stored. */
export const previewSchema = z.object({
  v: z.literal(1).optional(),
  prompt: z.string().min(1),
  conversation: z.string().min(1),
  account: z.string().min(1),
  address: z.string(),
  /** The turn that made it: a preview of an older turn is dropped. */
  turnEpoch: z.number(),
  seq: z.number(),
  trace: traceSchema,
  /** Markdown so far; empty: work on the prompt has begun. */
  text: z.string(),
  buttons: z.array(buttonSchema).optional(),
});

export type Preview = z.infer<typeof previewSchema>;
