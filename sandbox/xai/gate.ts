/** Holds what comes by until it is opened; open at first. */
export class Gate {
  #closed: PromiseWithResolvers<void> | undefined;

  close(): void {
    this.#closed ??= Promise.withResolvers();
  }

  open(): void {
    this.#closed?.resolve();
    this.#closed = undefined;
  }

  /** Resolves at once when open, else when it opens or the signal is aborted. */
  async pass(signal: AbortSignal): Promise<void> {
    if (this.#closed === undefined || signal.aborted) return;
    const gone = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => gone.resolve(), { once: true });
    await Promise.race([this.#closed.promise, gone.promise]);
  }
}
