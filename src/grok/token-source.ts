import type { InferenceClass } from './classify.ts';

/** Where access tokens come from, and who is told when one is refused. */
export interface TokenSource {
  begin(request: { conversation: string; model: string; prompt: string }): TokenSession;
}

/** One prompt's dealings with the credential: guard and loop protection are counted per session. */
export interface TokenSession {
  /**
   * The newest usable token.
   * @throws BridgeError CREDENTIAL_WAIT when none can serve in time; else the signal's reason.
   */
  acquire(signal: AbortSignal): Promise<StampedToken>;
  /**
   * The API refused the stamped token. `again`: acquire and replay. `wait`: a credential-wait, the
   * prompt stays. `give-up`: the failure itself decides the words.
   */
  refused(
    token: StampedToken,
    refusal: Refusal,
    signal: AbortSignal,
  ): Promise<'again' | 'wait' | 'give-up'>;
  /** A request with it succeeded. */
  accepted(token: StampedToken): void;
}

/** An access token, with what tells it from any other that the credential ever had. */
export interface StampedToken {
  readonly secret: string;
  readonly credential: string;
  readonly epoch: number;
  readonly generation: number;
  readonly team?: string;
}

export interface Refusal {
  readonly class: InferenceClass;
  /** `null`: said within a stream. */
  readonly status: number | null;
  readonly retryAfterMs?: number;
  /** Milliseconds since 1970. */
  readonly resetAtMs?: number;
  /** Text was already shown: no fail-over to another account. */
  readonly streamed: boolean;
}
