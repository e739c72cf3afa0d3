/** An access token with the stamp that says which one it is. The API key: generation 0. */
export interface StampedToken {
  readonly secret: string;
  readonly credential: string;
  readonly epoch: number;
  readonly generation: number;
  readonly team?: string;
}

/** What the API said when it refused a request. */
export interface Refusal {
  readonly class:
    | 'bad-credentials'
    | 'no-credentials'
    | 'invalid-api-key'
    | 'quota'
    | 'entitlement'
    | 'rate-limited'
    | 'safety'
    | 'context-too-long'
    | 'stale-reasoning'
    | 'invalid-request'
    | 'model-unavailable'
    | 'forbidden'
    | 'transient';
  /** null: it came inside a stream. */
  readonly status: number | null;
  readonly retryAfterMs?: number;
  readonly resetAtMs?: number;
  /** Something of the answer had been streamed already. */
  readonly streamed: boolean;
}

/** What the caller does now: ask for a token again, leave the prompt where it is, or tell its author. */
export type Advice = 'again' | 'wait' | 'give-up';
