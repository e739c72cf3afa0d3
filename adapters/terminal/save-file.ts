import { mkdtemp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import type { OutgoingFile } from '#port';

/** A folder of its own for what one run is answered, where only this user can read. */
export class SavedFiles {
  readonly #parent: string;
  #folder: Promise<string> | undefined;

  /** Nothing is made in `parent` before there is a file. */
  constructor(parent: string) {
    this.#parent = parent;
  }

  /**
   * Keeps a file and returns its path; the same `id` writes the same file again. Rejects with what
   * the file system says.
   */
  async save(id: string, file: OutgoingFile): Promise<string> {
    this.#folder ??= mkdtemp(join(this.#parent, 'grok-bridge-'));
    const folder = await this.#folder.catch((error: unknown) => {
      this.#folder = undefined;
      throw error;
    });
    const path = join(folder, `${plain(id)}-${plain(basename(file.name))}`);
    await writeFile(path, file.bytes, { mode: 0o600 });
    return path;
  }
}

/** What any file system takes, and no path. */
function plain(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}._-]/gu, '-').slice(-80);
}
