/** The settings as they are in the environment and in `.env`, and as setup will leave them. */
export class SettingsDraft {
  /** What is to be written. */
  readonly changes = new Map<string, string>();
  readonly #environment: Readonly<Record<string, string | undefined>>;
  readonly #inFile: Readonly<Record<string, string>>;

  constructor(
    environment: Readonly<Record<string, string | undefined>>,
    inFile: Readonly<Record<string, string>>,
  ) {
    this.#environment = environment;
    this.#inFile = inFile;
  }

  /** As the program would see it after setup, except through `KEY_FILE`. */
  value(key: string): string | undefined {
    const value = this.changes.get(key) ?? this.#environment[key] ?? this.#inFile[key];
    return value === '' ? undefined : value;
  }

  isSet(key: string): boolean {
    return this.value(key) !== undefined || this.fixedBy(key) !== undefined;
  }

  /** What sets the key so that `.env` cannot change it; undefined if `.env` can. */
  fixedBy(key: string): string | undefined {
    const file = `${key}_FILE`;
    if ((this.#environment[file] ?? '') !== '') return file;
    const value = this.#environment[key] ?? '';
    return value !== '' && value !== this.#inFile[key] ? 'the environment' : undefined;
  }

  set(key: string, value: string): void {
    if (this.value(key) !== value) this.changes.set(key, value);
  }

  /** The environment in which the program will start. */
  environment(): Record<string, string | undefined> {
    return { ...this.#inFile, ...this.#environment, ...Object.fromEntries(this.changes) };
  }
}
