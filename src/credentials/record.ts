import { z } from 'zod';

import { BridgeError } from '../errors.ts';

export type StoredState = 'active' | 'at_only' | 'quarantined' | 'disabled' | 'removed';

/** One credential as Redis keeps it; times are Redis', tokens sealed. */
export interface CredentialRecord {
  readonly kind: 'oauth' | 'key';
  readonly epoch: number;
  readonly generation: number;
  readonly state: StoredState;
  readonly accessSealed: string;
  readonly refreshSealed: string;
  readonly accessPrint: string;
  readonly refreshPrint: string;
  readonly expiresAtMs: number;
  readonly lifeMs: number;
  /** When this generation was minted; 0 when it was imported and nobody knows. */
  readonly mintedAtMs: number;
  readonly dueAtMs: number;
  readonly mandatoryAtMs: number;
  readonly refreshedAtMs: number;
  readonly refreshedBy: string;
  readonly failures: number;
  readonly nextAttemptAtMs: number;
  readonly error: string;
  readonly reason: string;
  readonly rejected: boolean;
  /** The newest generation of which the answer to its refresh was lost; 0 when there is none. */
  readonly lostGeneration: number;
  readonly clientId: string;
  readonly scope: string;
  readonly team: string;
  /** The fields as stored, for a sealed copy and for repair. */
  readonly fields: Readonly<Record<string, string>>;
}

const text = z.string().default('');
const number = z.coerce.number().default(0);

const stored = z.object({
  v: z.string(),
  kind: z.enum(['oauth', 'key']),
  epoch: z.coerce.number().int(),
  gen: z.coerce.number().int(),
  st: z.enum(['active', 'at_only', 'quarantined', 'disabled', 'removed']),
  at_ct: text,
  rt_ct: text,
  at_fp: text,
  rt_fp: text,
  exp_ms: number,
  life_ms: number,
  minted_ms: number,
  due_ms: number,
  mand_ms: number,
  refreshed_at: number,
  refreshed_by: text,
  n_fail: number,
  next_at: number,
  err_class: text,
  err_code: text,
  q_reason: text,
  rejected_gen: text,
  lost_gen: number,
  client_id: text,
  scope: text,
  team: text,
});

/** Reads a record; null when there is none. Throws RECORD_NEWER for one this version cannot read. */
export function parseRecord(
  name: string,
  fields: Readonly<Record<string, string>>,
): CredentialRecord | null {
  if (fields['epoch'] === undefined) return null;
  const result = stored.safeParse(fields);
  if (!result.success || result.data.v !== '1') {
    throw new BridgeError(
      'RECORD_NEWER',
      `the record of credential ${name} is in a form this version does not know ` +
        `(v ${fields['v'] ?? '?'}); run the version that wrote it, or sign in again`,
    );
  }
  const r = result.data;
  return {
    kind: r.kind,
    epoch: r.epoch,
    generation: r.gen,
    state: r.st,
    accessSealed: r.at_ct,
    refreshSealed: r.rt_ct,
    accessPrint: r.at_fp,
    refreshPrint: r.rt_fp,
    expiresAtMs: r.exp_ms,
    lifeMs: r.life_ms,
    mintedAtMs: r.minted_ms,
    dueAtMs: r.due_ms,
    mandatoryAtMs: r.mand_ms,
    refreshedAtMs: r.refreshed_at,
    refreshedBy: r.refreshed_by,
    failures: r.n_fail,
    nextAttemptAtMs: r.next_at,
    error: [r.err_class, r.err_code].filter((part) => part !== '').join(' '),
    reason: r.q_reason,
    rejected: r.rejected_gen !== '' && Number(r.rejected_gen) === r.gen,
    lostGeneration: r.lost_gen,
    clientId: r.client_id,
    scope: r.scope,
    team: r.team,
    fields,
  };
}

/** Positive when `a` is newer than `b`. */
export function compareStamps(
  a: { readonly epoch: number; readonly generation: number },
  b: { readonly epoch: number; readonly generation: number },
): number {
  return a.epoch === b.epoch ? a.generation - b.generation : a.epoch - b.epoch;
}
