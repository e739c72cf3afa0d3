import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Checks the configuration of Prometheus and runs the alerts' own tests: `npm run test:alerts`. */
const folder = fileURLToPath(new URL('../observe/prometheus/', import.meta.url));
const tests = readdirSync(folder).filter((name) => name.endsWith('.test.yml'));

if (spawnSync('promtool', ['--version']).error !== undefined) {
  console.log(
    'There is no promtool on the PATH: get it with `apt-get install prometheus`, `brew install prometheus`, or from https://prometheus.io/download.',
  );
  process.exit(1);
}

for (const words of [
  ['check', 'config', 'prometheus.yml'],
  ['test', 'rules', ...tests],
]) {
  const { status } = spawnSync('promtool', words, { cwd: folder, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
