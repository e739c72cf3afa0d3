import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

/**
 * What `npm test` runs: everything there is, or, where no `redis-server` can be had, what works
 * without one, said plainly. Further words go to vitest. With CI set, leaving out is a failure.
 */
const reportSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
});

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
const projects = hasRedis ? ['unit', 'integration'] : ['unit'];
const folder = mkdtempSync(join(tmpdir(), 'grok-bridge-test-'));
const reportFile = join(folder, 'report.json');

const { status } = spawnSync(
  'vitest',
  [
    'run',
    ...projects.flatMap((project) => ['--project', project]),
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportFile}`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);

let failed = status !== 0;
try {
  const report = reportSchema.parse(JSON.parse(readFileSync(reportFile, 'utf8')));
  const skipped = report.numPendingTests + report.numTodoTests;
  if (!hasRedis) {
    console.log(
      '\nLeft out: test/integration and test/faults, which need redis-server on the PATH.',
    );
    console.log('Get it with `apt-get install redis-server`, `brew install redis` or the like.');
  }
  if (process.env['CI'] !== undefined && (!hasRedis || skipped > 0)) {
    console.log('\nWith CI set, a test that is left out counts as a failure.');
    failed = true;
  }
  console.log(
    `\n${report.numPassedTests} passed, ${report.numFailedTests} failed, ${skipped} skipped`,
  );
} catch {
  console.log('\nvitest left no report.');
  failed = true;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exit(failed ? 1 : 0);
