import { existsSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where files cost nothing: what is played here is not the disk. */
const memory = '/dev/shm';

/** A new folder for one host of a model. */
export async function makeFolder(): Promise<string> {
  return mkdtemp(join(existsSync(memory) ? memory : tmpdir(), 'grok-bridge-world-'));
}
