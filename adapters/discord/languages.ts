const mostRemembered = 2_000;

/**
 * Which language people read. Discord tells it of who uses a command or a button, and of a server,
 * but not of who writes (https://docs.discord.com/developers/interactions/receiving-and-responding,
 * `locale`).
 */
export class Languages {
  /** Of the last people who were heard of. */
  readonly #ofPeople = new Map<string, string>();

  note(user: string | undefined, locale: string | undefined): void {
    if (user === undefined || locale === undefined) return;
    this.#ofPeople.delete(user);
    this.#ofPeople.set(user, locale);
    const [oldest] = this.#ofPeople.keys();
    if (this.#ofPeople.size > mostRemembered && oldest !== undefined) this.#ofPeople.delete(oldest);
  }

  /** Somebody's own, else that of the server they write in. */
  of(user: string, ofServer: string | undefined): string | undefined {
    return this.#ofPeople.get(user) ?? ofServer;
  }
}
