/** When the next preview may be shown in a chat. Only previews are paced ahead of time. */
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

/** The paces of an account's chats. One that nothing waits for is forgotten when there are many. */
export class Paces {
  readonly #paces = new Map<string, PreviewPace>();

  of(chat: string, nowMs: number): PreviewPace {
    const known = this.#paces.get(chat);
    if (known !== undefined) return known;
    if (this.#paces.size >= mostPaces) this.#forget(nowMs);
    const pace = new PreviewPace();
    this.#paces.set(chat, pace);
    return pace;
  }

  #forget(nowMs: number): void {
    for (const [chat, pace] of this.#paces) if (pace.delayMs(nowMs) === 0) this.#paces.delete(chat);
  }
}

const mostPaces = 5_000;
