import type { Fault } from '../faults.ts';

/** One request at the token endpoint. */
export interface TokenCall {
  readonly at: number;
  readonly grantType: string;
  /** Of the refresh token that was sent; never the token. */
  readonly refreshTokenFingerprint?: string;
  /** Whose refresh token it was, and in which generation it was minted. */
  readonly name?: string;
  readonly generation?: number;
  /** `pending` until decided; then what was decided, also when the answer is lost on its way. */
  outcome: string;
  /** The fault that struck, if one did. */
  fault?: Fault['kind'];
  /** When the answer left, or the connection was cut. */
  endedAt?: number;
}

/** Who asked, without what proves it. */
export type UsedCredential =
  | { kind: 'grant'; name: string; family: string; generation: number }
  | { kind: 'api-key'; name: string }
  | { kind: 'unknown' }
  | { kind: 'none' };

export type RequestOutcome =
  | 'pending'
  /** Answered to the last byte. */
  | 'answered'
  /** Answered with an error; `refusal` says which. */
  | 'refused'
  /** A stream that a fault or a canned event ended early. */
  | 'cut'
  | 'stalled'
  /** The client hung up. */
  | 'abandoned';

/** One request for an answer of the model. */
export interface ModelRequest {
  readonly id: number;
  readonly at: number;
  readonly path: string;
  credential: UsedCredential;
  model: string;
  /** `prompt_cache_key`, else the header `x-grok-conv-id`. */
  conversation?: string;
  /** The texts of the input in order, the system's own included. */
  inputs: readonly string[];
  store?: boolean;
  effort?: string;
  /** The types of the tools that were offered. */
  tools?: readonly string[];
  stream: boolean;
  outcome: RequestOutcome;
  /** The kind of refusal, or the fault that struck. */
  refusal?: string;
  fault?: Fault['kind'];
  status?: number;
  firstByteAt?: number;
  endedAt?: number;
}

/** What came in and what became of it; whoever waits is told of each change. */
export class Journal {
  readonly tokenCalls: TokenCall[] = [];
  /** The newest ones; the counts below know all. */
  readonly requests: ModelRequest[] = [];
  requestCount = 0;
  answeredCount = 0;
  /** Requests that nothing was decided about yet. */
  inFlight = 0;
  refreshCalls = 0;
  /** By fingerprint of the refresh token. */
  readonly sendsPerRefreshToken = new Map<string, number>();
  readonly #keep: number;
  #watchers = new Set<() => void>();

  constructor(keep: number) {
    this.#keep = keep;
  }

  addTokenCall(call: TokenCall): void {
    this.tokenCalls.push(call);
    if (call.refreshTokenFingerprint !== undefined) {
      const sends = this.sendsPerRefreshToken.get(call.refreshTokenFingerprint) ?? 0;
      this.sendsPerRefreshToken.set(call.refreshTokenFingerprint, sends + 1);
      this.refreshCalls += 1;
    }
    this.changed();
  }

  addRequest(request: ModelRequest): void {
    this.requestCount += 1;
    this.inFlight += 1;
    this.requests.push(request);
    // Trimmed by halves: shifting one by one would cost each request the whole length.
    if (this.requests.length > 2 * this.#keep) {
      this.requests.splice(0, this.requests.length - this.#keep);
    }
    this.changed();
  }

  /** Notes what became of a request; only the first outcome counts. */
  settle(request: ModelRequest, outcome: RequestOutcome): void {
    if (request.outcome !== 'pending') return;
    request.outcome = outcome;
    this.inFlight -= 1;
    if (outcome === 'answered') this.answeredCount += 1;
    this.changed();
  }

  /** To be called after every change that somebody may wait for. */
  changed(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /**
   * Resolves as soon as `holds()`; asked now and after every change.
   * @throws after `timeoutMs`, with `picture()` in its message.
   */
  async waitFor(holds: () => boolean, timeoutMs: number, picture: () => string): Promise<void> {
    if (holds()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const watcher = () => {
      try {
        if (holds()) resolve();
      } catch (error) {
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    };
    const timer = setTimeout(() => {
      reject(new Error(`not so within ${timeoutMs} ms; the sandbox has seen:\n${picture()}`));
    }, timeoutMs);
    this.#watchers.add(watcher);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(watcher);
    }
  }
}
