import { existsSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { OpenFile } from '../../src/credentials/spill.ts';

/** Where files cost nothing: what is played here is not the disk. */
const memory = '/dev/shm';

/** The data folder of one host of a model, which outlives the processes that die on it. */
export class HostDisk implements AsyncDisposable {
  readonly folder: string;
  readonly #files = new Set<FileHandle>();

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<HostDisk> {
    const parent = existsSync(memory) ? memory : tmpdir();
    return new HostDisk(await mkdtemp(join(parent, 'grok-bridge-world-')));
  }

  /** Opens a file and closes it in the end for a process that died over it. */
  readonly open: OpenFile = async (path, flags, mode) => {
    const file = await open(path, flags, mode);
    this.#files.add(file);
    return file;
  };

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#files) await file.close().catch(() => undefined);
    // A process that died, or was given no time to drain, may still have a file under its pen.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}
