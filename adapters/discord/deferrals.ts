/** The deferred answers that are on their way to Discord: until they are there, none can be filled. */
export class Deferrals {
  readonly #underWay = new Map<string, Promise<unknown>>();

  /** `deferring` must not reject. */
  add(interaction: string, deferring: Promise<unknown>): void {
    const done = deferring.then(() => this.#underWay.delete(interaction));
    this.#underWay.set(interaction, done);
  }

  /** Resolves once the interaction's deferral has been answered, at once if none is under way. */
  async settled(interaction: string, signal: AbortSignal): Promise<void> {
    const deferring = this.#underWay.get(interaction);
    if (deferring === undefined || signal.aborted) return;
    const aborted = Promise.withResolvers<void>();
    const stop = () => aborted.resolve();
    signal.addEventListener('abort', stop, { once: true });
    await Promise.race([deferring, aborted.promise]);
    signal.removeEventListener('abort', stop);
  }
}
