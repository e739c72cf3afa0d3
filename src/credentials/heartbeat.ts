import type { Clock } from '../clock.ts';
import { isBridgeError } from '../errors.ts';
import type { CredentialTimings } from './timings.ts';

/** Keeps an attempt's lease alive from its making to its disposal, at most `maxHoldMs`. */
export class Heartbeat implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #limits: Pick<CredentialTimings, 'renewMs' | 'maxHoldMs'>;
  readonly #renew: (phase: 'prepared' | 'sent', sentAtMs: number) => Promise<boolean>;
  readonly #stop = new AbortController();
  readonly #done: Promise<void>;
  #sentAtMs: number | null = null;

  constructor(
    clock: Clock,
    limits: Pick<CredentialTimings, 'renewMs' | 'maxHoldMs'>,
    renew: (phase: 'prepared' | 'sent', sentAtMs: number) => Promise<boolean>,
  ) {
    this.#clock = clock;
    this.#limits = limits;
    this.#renew = renew;
    this.#done = this.#beat();
  }

  /** The refresh token leaves; should Redis forget that, the next beat tells it again. */
  sent(atMs: number): void {
    this.#sentAtMs = atMs;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  async #beat(): Promise<void> {
    const endMs = this.#clock.monotonic() + this.#limits.maxHoldMs;
    while (this.#clock.monotonic() < endMs) {
      try {
        await this.#clock.sleep(this.#limits.renewMs, this.#stop.signal);
      } catch {
        return;
      }
      try {
        const phase = this.#sentAtMs === null ? 'prepared' : 'sent';
        // A lost attempt still runs to its end: an answer that comes late is accepted.
        if (!(await this.#renew(phase, this.#sentAtMs ?? 0))) return;
      } catch (error) {
        if (!isBridgeError(error, 'REDIS_UNREACHABLE')) throw error;
      }
    }
  }
}
