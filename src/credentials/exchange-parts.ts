import type { Clock } from '../clock.ts';
import type { Copies } from './copies.ts';
import type { OnCredentialEvent, RefreshReason } from './events.ts';
import type { KeyRing } from './key-ring.ts';
import type { CredentialRecord } from './record.ts';
import type { RedisCredentials } from './redis-store.ts';
import type { RedisTime } from './redis-time.ts';
import type { BeginReply, Fence } from './replies.ts';
import type { Spill, SpillFolder } from './spill.ts';
import type { CredentialTimings } from './timings.ts';
import type { TokenClassifier } from './verdict.ts';

export type ExchangeOutcome =
  | { kind: 'refreshed'; record: CredentialRecord }
  | Exclude<BeginReply, { kind: 'won' }>
  | { kind: 'failed'; state: string; code: string }
  | { kind: 'deferred'; why: string };

export interface ExchangeParts {
  readonly store: RedisCredentials;
  readonly spills: SpillFolder;
  readonly ring: KeyRing;
  readonly time: RedisTime;
  readonly clock: Clock;
  readonly limits: CredentialTimings;
  readonly owner: string;
  readonly clientId: string | undefined;
  readonly classify: TokenClassifier;
  readonly onEvent: OnCredentialEvent;
  /** The token endpoint, from discovery. */
  readonly endpoint: () => Promise<URL>;
  readonly durable: () => Promise<boolean>;
  /** How often Redis was lost: what it granted before may be forgotten since. */
  readonly losses: () => number;
  readonly copies: Copies;
  /** Redis has them: whoever waits here may go on. */
  readonly onCommitted: (name: string, record: CredentialRecord) => void;
  /** Tokens that Redis does not have yet, because it does not answer. */
  readonly onProvisional: (name: string, record: CredentialRecord) => void;
  readonly random: () => number;
}

/** A granted attempt: the generation to replace and the room for the answer. */
export interface Won {
  readonly fence: Fence;
  readonly record: CredentialRecord;
  readonly reason: RefreshReason;
  readonly spill: Spill | null;
  /** How often Redis had been lost when leave was asked for. */
  readonly losses: number;
}
