import { spawnSync } from 'node:child_process';

export interface NpmAnswer {
  readonly status: number | null;
  readonly output: string;
  readonly complaint: string;
}

/** Runs npm in `folder` and waits for it, at most two minutes; its words go back to the caller. */
export function npm(words: readonly string[], folder: string): NpmAnswer {
  const { status, stdout, stderr, error } = spawnSync('npm', words, {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    timeout: 120_000,
    shell: process.platform === 'win32',
  });
  return { status, output: stdout ?? '', complaint: `${stderr ?? ''}${error?.message ?? ''}` };
}
