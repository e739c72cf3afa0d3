import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { stringify } from 'yaml';
import { z } from 'zod';

import { Metrics } from '../src/console/metrics.ts';

/**
 * `npm run test:alerts`: the configuration of Prometheus, the alerts' own tests, what the dashboard
 * asks, and what `/metrics` says, all by promtool.
 */
const folder = fileURLToPath(new URL('../observe/prometheus/', import.meta.url));
const dashboard = new URL('../observe/grafana/dashboards/grok-bridge.json', import.meta.url);

if (spawnSync('promtool', ['--version']).error !== undefined) {
  console.log(
    'There is no promtool on the PATH: get it with `apt-get install prometheus`, `brew install prometheus`, or from https://prometheus.io/download.',
  );
  process.exit(1);
}

const scratch = mkdtempSync(join(tmpdir(), 'grok-bridge-alerts-'));
const asked = join(scratch, 'dashboard.yml');
writeFileSync(asked, dashboardAsRules());
const tests = readdirSync(folder).filter((name) => name.endsWith('.test.yml'));
const isWell =
  passes(['check', 'config', 'prometheus.yml']) &&
  passes(['test', 'rules', ...tests]) &&
  passes(['check', 'rules', asked]) &&
  (await areWellNamed());
rmSync(scratch, { recursive: true });
process.exit(isWell ? 0 : 1);

function passes(words: readonly string[]): boolean {
  return spawnSync('promtool', words, { cwd: folder, stdio: 'inherit' }).status === 0;
}

/** Each expression of the dashboard as a rule, which promtool parses; Grafana's variable filled in. */
function dashboardAsRules(): string {
  const { panels } = z
    .object({
      panels: z.array(z.object({ targets: z.array(z.object({ expr: z.string() })).default([]) })),
    })
    .parse(JSON.parse(readFileSync(dashboard, 'utf8')));
  const rules = panels
    .flatMap(({ targets }) => targets)
    .map(({ expr }, at) => ({
      record: `dashboard:${at}`,
      expr: expr.replaceAll('$__rate_interval', '1m'),
    }));
  return stringify({ groups: [{ name: 'dashboard', rules }] });
}

/** Whether promtool finds nothing to say of our metrics; of Node's own it does. */
async function areWellNamed(): Promise<boolean> {
  console.log('Checking metrics');
  const { stderr, error } = spawnSync('promtool', ['check', 'metrics'], {
    input: await new Metrics().text(),
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  const said = stderr.split('\n').filter((line) => line !== '' && !line.startsWith('nodejs_'));
  console.log(said.length === 0 ? '  SUCCESS' : said.map((line) => `  ${line}`).join('\n'));
  return said.length === 0;
}
