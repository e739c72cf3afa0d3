import { z } from 'zod';

import { type Prompt, promptSchema } from '../prompt.ts';
import { type Reply, replySchema } from '../reply.ts';

/**
 * What an element of a list is once it is read. `newer` was written by a later version of the
 * program and stays where it is; `broken` is for the dead letters.
 */
export type Entry<T> =
  | ({ readonly kind: 'whole' } & T)
  | { readonly kind: 'newer'; readonly word: string; readonly v: number }
  | { readonly kind: 'broken'; readonly word: string; readonly why: string };

/** An element of a prompt list, read. */
export type PromptEntry = Entry<{ readonly prompt: Prompt; readonly historyEpoch: number }>;
/** An element of a reply list, read. */
export type ReplyEntry = Entry<{ readonly reply: Reply }>;

/** The highest `v` this program reads. */
const knownVersion = 1;
const versioned = z.object({ v: z.number() });

/**
 * An id as it stands before an entry's JSON: the scripts find it there without decoding anything,
 * so it must hold no white space. Ids of the platforms come through unchanged.
 */
export function word(id: string): string {
  return /\s/u.test(id) ? encodeURIComponent(id) : id;
}

/** `<id> <pushed at> <anchor> <JSON>`; the scripts read the words, we read the JSON. */
export function replyEntry(reply: Reply, nowMs: number): string {
  return `${word(reply.id)} ${nowMs} ${word(reply.anchor)} ${JSON.stringify(reply)}`;
}

/** `<id> <history epoch> <arrival> <JSON>`, as `enqueue.lua` puts it together. */
export function parsePromptEntry(raw: string): PromptEntry {
  const parts = /^(\S+) (\d+) (?:\S+) (.*)$/su.exec(raw);
  const [, id, epoch, json] = parts ?? [];
  if (id === undefined || epoch === undefined || json === undefined) return shapeless(raw);
  const parsed = parse(id, json, promptSchema);
  if (parsed.kind !== 'whole') return parsed;
  return { kind: 'whole', prompt: parsed.value, historyEpoch: Number(epoch) };
}

/** The opposite of `replyEntry`. */
export function parseReplyEntry(raw: string): ReplyEntry {
  const parts = /^(\S+) (?:\S+) (?:\S+) (.*)$/su.exec(raw);
  const [, id, json] = parts ?? [];
  if (id === undefined || json === undefined) return shapeless(raw);
  const parsed = parse(id, json, replySchema);
  return parsed.kind === 'whole' ? { kind: 'whole', reply: parsed.value } : parsed;
}

function parse<T>(id: string, json: string, schema: z.ZodType<T>): Entry<{ readonly value: T }> {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return { kind: 'broken', word: id, why: 'no JSON' };
  }
  const version = versioned.safeParse(value);
  if (version.success && version.data.v > knownVersion) {
    return { kind: 'newer', word: id, v: version.data.v };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { kind: 'whole', value: parsed.data };
  // Paths and codes only: a message of zod may quote what it found.
  const why = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.code}`);
  return { kind: 'broken', word: id, why: why.join(', ') };
}

/** The scripts' own idea of an id, so that they agree on which entry is meant. */
function shapeless(raw: string): Entry<never> {
  return { kind: 'broken', word: /^(\S+) /u.exec(raw)?.[1] ?? '', why: 'no entry' };
}
