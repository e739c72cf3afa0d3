import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';

import { copyOfTree, writeSettings } from './copy.ts';
import { driveHealthchecks, findEngine, run } from './engine.ts';
import { Project } from './project.ts';
import { steps } from './steps.ts';

/**
 * Builds the image and runs docker-compose.yml for real, with stand-ins for the services outside:
 * `npm run test:compose`. Skipped, with a word, where no engine can run.
 */
const engine = findEngine();
if (typeof engine === 'string') {
  console.log(`Skipped: ${engine}.`);
  process.exit(0);
}

const folder = copyOfTree();
const name = `grok-bridge-test-${randomBytes(3).toString('hex')}`;
const ended = new AbortController();
const driving = engine.isPodman ? driveHealthchecks(name, folder, ended.signal) : undefined;
let failed = false;
try {
  await writeSettings(folder);
  await using project = new Project(name, folder);
  for (const [title, act] of steps(project)) {
    const beganAtMs = performance.now();
    try {
      await act();
    } catch (error) {
      console.log(await project.compose(['logs', '--no-color', '--tail', '60']));
      throw error;
    }
    console.log(`✓ ${title} (${Math.round(performance.now() - beganAtMs)} ms)`);
  }
} catch (error) {
  console.log(`✗ ${error instanceof Error ? error.message : String(error)}`);
  failed = true;
} finally {
  ended.abort();
  await driving;
}

const label = `label=com.docker.compose.project=${name}`;
for (const kind of [
  ['ps', '-aq'],
  ['volume', 'ls', '-q'],
  ['network', 'ls', '-q'],
]) {
  const left = await run(['docker', ...kind, '--filter', label], {
    cwd: folder,
    timeoutMs: 30_000,
  });
  if (left.output.trim() === '') continue;
  console.log(`✗ left behind (docker ${kind.join(' ')}): ${left.output.trim()}`);
  failed = true;
}
await rm(folder, { recursive: true, force: true });
console.log(
  failed ? '\nSomething went wrong.' : '\nUp, healthy, answering, unharmed, and gone again.',
);
process.exit(failed ? 1 : 0);
