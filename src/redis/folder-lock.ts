import { readFileSync, rmSync, writeFileSync } from 'node:fs';

import type { Clock } from '../clock.ts';

/** A file that exists while one process of this machine does something alone; short-lived. */
export class FolderLock implements AsyncDisposable {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Waits for its turn; a lock whose process is gone is taken over. */
  static async acquire(file: string, clock: Clock): Promise<FolderLock> {
    for (;;) {
      try {
        writeFileSync(file, String(process.pid), { flag: 'wx', mode: 0o600 });
        return new FolderLock(file);
      } catch (error) {
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
      }
      if (isAbandoned(file)) rmSync(file, { force: true });
      else await clock.sleep(50);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#file, { force: true });
    await Promise.resolve();
  }
}

function isAbandoned(file: string): boolean {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    if (pid === process.pid) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
