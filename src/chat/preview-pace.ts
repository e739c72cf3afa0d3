/** When the next preview may be shown at an address. Only previews are paced ahead of time. */
export class PreviewPace {
  #nextAtMs = -Infinity;
  #pausedUntilMs = -Infinity;

  /** How long a preview still has to wait. */
  delayMs(nowMs: number): number {
    return Math.max(this.#nextAtMs, this.#pausedUntilMs, nowMs) - nowMs;
  }

  /** How long everything has to wait, since the platform asked for it. */
  pauseMs(nowMs: number): number {
    return Math.max(this.#pausedUntilMs, nowMs) - nowMs;
  }

  shown(nowMs: number, intervalMs: number): void {
    this.#nextAtMs = nowMs + intervalMs;
  }

  pause(nowMs: number, forMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + forMs);
  }
}
