import type { Effort } from '../conversation-settings.ts';
import type { AccessMode, AccountState, AccountWhy } from '../words.ts';

/** What was used in a day. */
export interface DayUsage {
  readonly answers: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly costUsd: number;
}

/** A sign-in or an API key, and how it stands. */
export interface Account {
  readonly name: string;
  readonly kind: 'oauth' | 'key';
  readonly state: AccountState;
  /** Life left in its token; null: it has none. */
  readonly remainingMs: number | null;
  /** Why it does not serve, or soon will not; null: not known, or it does. */
  readonly why: { readonly kind: AccountWhy; readonly code: string } | null;
}

export interface Model {
  readonly id: string;
  readonly aliases: readonly string[];
}

/** What may be used; what is absent is not limited. */
export interface Share {
  readonly requestsPerMinute?: number | undefined;
  /** From midnight to midnight, UTC. */
  readonly budgetUsdPerDay?: number | undefined;
}

/** Whose use is meant. */
export type UsageOf =
  | { readonly kind: 'person' | 'chat'; readonly id: string }
  | { readonly kind: 'all' };

/** What holds for everybody. */
export interface Limits {
  /** Of each person, of each chat, and of all together. */
  readonly person: Share;
  readonly chat: Share;
  readonly all: Share;
  readonly perConversation: number;
  readonly total: number;
  readonly historyDays: number;
  readonly access: AccessMode;
}

/** What commands tell about the program. Nothing here changes anything. */
export interface Insight {
  readonly version: string;
  /** The model that answers where nobody chose one. */
  readonly model: string;
  readonly limits: Limits;
  /** The models there are; none: not known at the moment. */
  models(): Promise<readonly Model[]>;
  /** How long a model can be told to think; none: it cannot be told. */
  efforts(model: string): readonly Effort[];
  /** Today's. */
  usage(of: UsageOf): Promise<DayUsage>;
  /** Whether questions are answered at the moment, or wait for a sign-in. */
  isServing(): Promise<boolean>;
  waiting(): Promise<number>;
  /** @throws {BridgeError} when this process cannot look at them */
  accounts(): Promise<readonly Account[]>;
}

/** Signs in to Grok by device code. */
export interface SignIn {
  /**
   * Begins; resolves with where to go, and with what becomes of it.
   * @throws {BridgeError} when it cannot begin
   */
  begin(
    signal: AbortSignal,
  ): Promise<{ readonly url: string; readonly code: string; readonly done: Promise<void> }>;
}
