import type { CredentialRecord } from './record.ts';
import type { SpillFolder } from './spill.ts';

/** The sealed copies that this process keeps of the newest records: each generation once, one at a time. */
export class Copies {
  readonly #spills: SpillFolder;
  readonly #failed: (credential: string, why: string) => void;
  readonly #kept = new Map<string, { readonly stamp: string; readonly done: Promise<void> }>();

  constructor(spills: SpillFolder, failed: (credential: string, why: string) => void) {
    this.#spills = spills;
    this.#failed = failed;
  }

  /** Resolves when the copy is on disk, or could not be written, which is told. */
  async keep(name: string, record: CredentialRecord): Promise<void> {
    const stamp = `${record.epoch}.${record.generation}.${record.accessPrint}`;
    const last = this.#kept.get(name);
    if (last?.stamp === stamp) return last.done;
    const done = this.#write(name, record, last?.done);
    this.#kept.set(name, { stamp, done });
    return done;
  }

  /** Resolves when nothing is being written. */
  async settled(): Promise<void> {
    await Promise.all([...this.#kept.values()].map(async ({ done }) => done));
  }

  async #write(name: string, record: CredentialRecord, before?: Promise<void>): Promise<void> {
    await before;
    try {
      await this.#spills.keep(name, record);
    } catch (error) {
      this.#kept.delete(name);
      this.#failed(name, error instanceof Error ? error.message : String(error));
    }
  }
}
