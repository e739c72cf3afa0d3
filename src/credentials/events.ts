/** Why a refresh was asked for. */
export type RefreshReason =
  | 'proactive'
  | 'mandatory'
  | 'reactive'
  | 'reactive-after-guard'
  | 'last-resort';

/** What happened to a credential. Holds names, numbers and codes; never a token. */
export type CredentialEvent = { readonly credential: string } & (
  | { kind: 'send'; reason: RefreshReason; generation: number }
  | {
      kind: 'refreshed';
      reason: RefreshReason;
      generation: number;
      /** From the intent to the commit; of it, up to the answer, and from there. */
      tookMs: number;
      exchangeMs: number;
      commitMs: number;
      rotated: boolean;
    }
  | { kind: 'adopted'; epoch: number; generation: number }
  | { kind: 'refresh-failed'; reason: RefreshReason; class: string; code: string; waitMs: number }
  | { kind: 'refresh-deferred'; why: string; untilMs?: number }
  | { kind: 'ambiguous'; deadlineMs: number; epoch: number; generation: number }
  | { kind: 'quarantined'; reason: string; epoch: number; generation: number }
  | { kind: 'at-only'; untilMs: number; epoch: number; generation: number }
  | { kind: 'auth-loop'; epoch: number; generation: number }
  | { kind: 'recovered'; epoch: number; generation: number }
  | { kind: 'signed-in'; epoch: number }
  | { kind: 'disabled' | 'enabled' | 'removed' }
  | { kind: 'restored'; epoch: number; generation: number; from: 'memory' | 'file' }
  | { kind: 'rollback'; stored: string; seen: string }
  | { kind: 'stale-commit'; generation: number }
  | { kind: 'spill-replayed'; generation: number }
  | { kind: 'spill-unusable'; why: string }
  | { kind: 'commit-delayed'; why: string }
  | { kind: 'stale-retry'; generation: number }
  /** A request that met a stale token has a newer one. */
  | { kind: 'resumed'; tookMs: number }
  | { kind: 'cooled'; scope: 'credential' | 'model' | 'team'; reason: string; untilMs: number }
  | { kind: 'no-credentials' }
  | { kind: 'forbidden' | 'model-unavailable'; model: string }
  | { kind: 'gate-closed'; reason: string }
  | { kind: 'gate-opened' }
  | { kind: 'alert'; what: string }
);

export type OnCredentialEvent = (event: CredentialEvent) => void;
