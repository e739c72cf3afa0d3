/** How often to look without a change here: a client has states of its own, such as its log. */
const tickMs = 20;

/** Lets tests wait for a state instead of for time: looks again at each change. */
export class Changes {
  readonly #looks = new Set<() => void>();
  #announced = false;

  /** Something has changed. Many changes of one moment are looked at once. */
  announce(): void {
    if (this.#announced || this.#looks.size === 0) return;
    this.#announced = true;
    setImmediate(() => {
      this.#announced = false;
      for (const look of this.#looks) look();
    });
  }

  /** Calls after each change; returns the way to stop. */
  watch(look: () => void): () => void {
    this.#looks.add(look);
    return () => this.#looks.delete(look);
  }

  /**
   * Resolves with what `predicate` gives, once that is neither false, undefined nor null.
   * @throws {Error} after `timeoutMs`, with what `picture` says of the state then.
   */
  async until<T>(
    predicate: () => T | false | undefined | null,
    timeoutMs: number,
    picture: () => string,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = () => {
      try {
        const found = predicate();
        if (found !== false && found !== undefined && found !== null) resolve(found);
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(() => {
      reject(new Error(`Not so within ${timeoutMs} ms.\n${picture()}`));
    }, timeoutMs);
    const ticking = setInterval(look, tickMs);
    this.#looks.add(look);
    look();
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      clearInterval(ticking);
      this.#looks.delete(look);
    }
  }
}
