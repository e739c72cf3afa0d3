import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

/**
 * The oldest version that an upgrade is supported from for as long as there is no release: the
 * release before this one takes its place as soon as it is tagged.
 */
const baseline = 'e3f5e3f7aeb7604b4ae3fd2146ac598e92a2c176';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface EarlierVersion {
  readonly name: string;
  /** Its `src/main.ts`, in a folder of its own with what it depends on. */
  readonly main: string;
  remove(): void;
}

/**
 * The release before this one, as it was, ready to run. Undefined where its commit is not to be had:
 * in a shallow clone, or outside of one.
 */
export async function earlierVersion(): Promise<EarlierVersion | undefined> {
  const commit = git('rev-parse', '--verify', '--quiet', `${previousTag() ?? baseline}^{commit}`);
  if (commit === undefined) return undefined;
  const name =
    previousTag() ?? `${baseline.slice(0, 7)}, the first that an upgrade is supported from`;
  const folder = mkdtempSync(join(tmpdir(), 'grok-bridge-earlier-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const archive = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 2 ** 28 });
    execFileSync('tar', ['-x', '-C', folder], { input: archive });
    provideModules(folder);
    return { name, main: join(folder, 'src', 'main.ts'), remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The newest tag behind this commit that is not on it. */
function previousTag(): string | undefined {
  return git('describe', '--tags', '--abbrev=0', 'HEAD^');
}

/** Ours where they are the same ones, else those of its lockfile. */
function provideModules(folder: string): void {
  if (lockedIn(folder) === lockedIn(root)) {
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    return;
  }
  const words = ['ci', '--omit=dev', '--no-audit', '--no-fund', '--prefer-offline'];
  execFileSync('npm', words, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** What a folder's lockfile names, without what it says of the program itself. */
function lockedIn(folder: string): string {
  const lock = lockSchema.parse(
    JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')),
  );
  return JSON.stringify({ ...lock.packages, '': undefined });
}

const lockSchema = z.object({ packages: z.record(z.string(), z.unknown()) });

function git(...words: string[]): string | undefined {
  const { status, stdout } = spawnSync('git', words, { cwd: root, encoding: 'utf8' });
  const text = stdout?.trim() ?? '';
  return status === 0 && text !== '' ? text : undefined;
}
