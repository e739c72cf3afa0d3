import type { CredentialRecord } from './record.ts';

/** Names one generation of one credential, and the attempt to replace it. */
export interface Fence {
  readonly name: string;
  readonly epoch: number;
  readonly generation: number;
  readonly attempt: string;
}

export type BeginReply =
  | { kind: 'won'; record: CredentialRecord }
  | { kind: 'newer' | 'missing' | 'rollback' | 'loop' }
  | { kind: 'terminal'; state: string; reason: string }
  | { kind: 'busy'; leaseMs: number }
  | { kind: 'ambiguous'; attempt: string; sentAtMs: number; resends: number }
  | { kind: 'backoff'; untilMs: number; code: string }
  | { kind: 'not-due'; dueAtMs: number }
  | { kind: 'guard'; mintAgeMs: number };

export type ResolveReply =
  | { kind: 'won'; record: CredentialRecord }
  | { kind: 'stale' | 'spent' }
  | { kind: 'busy'; leaseMs: number }
  | { kind: 'parked'; untilMs: number };

/** `behind`: Redis lost the very generation that was spent. */
export type CommitReply =
  | { kind: 'ok'; record: CredentialRecord }
  | { kind: 'stale' }
  | { kind: 'behind' };
export type FailReply = { kind: 'ok'; state: string } | { kind: 'stale' };
export type FailOutcome = 'not-sent' | 'answered' | 'dead' | 'ambiguous';
export type RejectMode = 'again' | 'loop' | 'dead' | 'key';

export interface Intent {
  readonly attempt: string;
  readonly phase: string;
  readonly sentAtMs: number;
  readonly resends: number;
  /** Of the generation that is current; one of another is left over and means nothing. */
  readonly current: boolean;
}

export interface Reading {
  readonly record: CredentialRecord | null;
  readonly intent: Intent | null;
  readonly leased: boolean;
}

export type Fields = Readonly<Record<string, string | number>>;
