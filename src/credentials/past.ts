import type { Redis } from 'ioredis';
import { z } from 'zod';

import type { CredentialKeys } from './keys.ts';

/** Something that befell a sign-in, as the scripts noted it in its history. */
export interface PastMoment {
  readonly id: string;
  readonly atMs: number;
  /** `login`, `refreshed`, `failed`, `resend`, `parked`, `restored`, `quarantined`, `disable`, `enable`. */
  readonly kind: string;
  readonly generation: number;
  /** Why it was refreshed, or the outcome and code that it failed with. */
  readonly detail: string;
}

/** The newest moments of a sign-in's life, newest first. */
export async function readPast(
  redis: Redis,
  keys: CredentialKeys,
  name: string,
  count: number,
): Promise<readonly PastMoment[]> {
  const [, , , , history = ''] = keys.of(name);
  const entries = await redis.xrevrange(history, '+', '-', 'COUNT', count * 2);
  const moments = entries.flatMap(([id, fields]) => momentOf(id, fields)).reverse();
  // An attempt's beginning says why; its end is what is told.
  let why = '';
  const told = moments.flatMap((moment) => {
    if (moment.kind === 'begin') {
      why = moment.detail;
      return [];
    }
    return moment.kind === 'refreshed' ? [{ ...moment, detail: why }] : [moment];
  });
  return told.reverse().slice(0, count);
}

function momentOf(id: string, fields: readonly string[]): PastMoment[] {
  const at = (name: string) => fields[fields.indexOf(name) + 1];
  const parsed = entrySchema.safeParse({
    at: at('at'),
    kind: at('kind'),
    gen: at('gen'),
    detail: at('detail'),
  });
  if (!parsed.success) return [];
  const { at: atMs, kind, gen: generation, detail } = parsed.data;
  return [{ id, atMs, kind, generation, detail: isTold.test(kind) ? detail : '' }];
}

/** Of the others the detail is an attempt's id. */
const isTold = /^(begin|failed|quarantined)$/;

const entrySchema = z.object({
  at: z.coerce.number(),
  kind: z.string(),
  gen: z.coerce.number(),
  detail: z.string().default(''),
});
