/**
 * Runs tasks one after the other within a lane, lanes side by side. A lane is there as long as it
 * has tasks.
 */
export class Lanes {
  readonly #tails = new Map<string, Promise<void>>();
  #waiting = 0;

  /** How many tasks have not ended. */
  get waiting(): number {
    return this.#waiting;
  }

  /** `task` must not reject. */
  add(lane: string, task: () => Promise<void>): void {
    this.#waiting += 1;
    const tail = (this.#tails.get(lane) ?? Promise.resolve()).then(task).finally(() => {
      this.#waiting -= 1;
      if (this.#tails.get(lane) === tail) this.#tails.delete(lane);
    });
    this.#tails.set(lane, tail);
  }

  /** Resolves once no task is left. */
  async idle(): Promise<void> {
    while (this.#tails.size > 0) await Promise.all(this.#tails.values());
  }
}
