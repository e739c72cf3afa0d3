import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';

import { Metrics } from '../src/console/metrics.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'observe/prometheus');

const ruleSchema = z.object({
  alert: z.string(),
  expr: z.string(),
  labels: z.object({ severity: z.enum(['critical', 'warning', 'info']) }),
  annotations: z.object({ summary: z.string() }),
});
const rules = z
  .object({ groups: z.array(z.object({ rules: z.array(ruleSchema) })) })
  .parse(yaml('observe/prometheus/alerts.yml'))
  .groups.flatMap((group) => group.rules);

const caseSchema = z.object({
  alert_rule_test: z.array(
    z.object({ alertname: z.string(), exp_alerts: z.array(z.unknown()).default([]) }),
  ),
});
const cases = readdirSync(folder)
  .filter((name) => name.endsWith('.test.yml'))
  .map((name) => z.object({ tests: z.array(caseSchema) }).parse(yaml(`observe/prometheus/${name}`)))
  .flatMap(({ tests }) => tests.flatMap((test) => test.alert_rule_test));

const dashboard = z
  .object({
    panels: z.array(
      z.object({
        title: z.string(),
        gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
        targets: z.array(z.object({ expr: z.string() })).default([]),
      }),
    ),
  })
  .parse(JSON.parse(text('observe/grafana/dashboards/grok-bridge.json')));
const shown = dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

describe('the alerts', () => {
  it('each have a case that fires and one that does not', () => {
    const tested = (fires: boolean) =>
      new Set(
        cases.filter((one) => one.exp_alerts.length > 0 === fires).map((one) => one.alertname),
      );
    const names = new Set(rules.map(({ alert }) => alert));
    expect(names.size).toBe(rules.length);
    expect(tested(true)).toEqual(names);
    expect(tested(false)).toEqual(names);
  });

  it('are the rows of the document, in order, each with what to do', () => {
    const rows = [
      ...text('docs/observing.md').matchAll(/^\| `(GrokBridge\w+)` \| (\w+) \|(.+)$/gm),
    ];
    expect(rows.map(([, name, severity]) => [name, severity])).toEqual(
      rules.map(({ alert, labels }) => [alert, labels.severity]),
    );
    for (const [, name, , rest = ''] of rows) {
      expect(rest.split('|')[1]?.trim().length, `what to do at ${name}`).toBeGreaterThan(10);
    }
  });
});

describe('what is asked of Prometheus', () => {
  it('are metrics that the program has, by labels that they have', async () => {
    const known = await labelsByName();
    const problems = [...rules.map(({ expr }) => expr), ...shown].flatMap((expr) =>
      strangersIn(expr, known),
    );
    expect(shown.length).toBeGreaterThan(30);
    expect(problems).toEqual([]);
  });

  it('would be found out if it were not', async () => {
    const known = await labelsByName();
    expect(strangersIn('sum(grok_bridge_prompt_total)', known)).toHaveLength(1);
    expect(strangersIn('grok_bridge_platform_up{plattform="discord"}', known)).toHaveLength(1);
    expect(strangersIn('max by (class) (grok_bridge_platform_up)', known)).toHaveLength(1);
  });
});

describe('the dashboard', () => {
  it('shows every metric of ours', () => {
    const all = shown.join('\n');
    const missing = new Metrics().notes.filter(({ name }) => !all.includes(name));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });

  it('is laid out without a gap in a row or one panel on another', () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of dashboard.panels) {
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.get(`${x} ${y}`), title).toBeUndefined();
          taken.set(`${x} ${y}`, title);
        }
      }
    }
    const lines = Math.max(...dashboard.panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    expect(taken.size).toBe(lines * 24);
  });
});

describe('the table of metrics', () => {
  it('says what the program says', async () => {
    const document = text('docs/observing.md');
    const [start, end] = ['<!-- metrics:start -->\n', '<!-- metrics:end -->'];
    const [from, to] = [document.indexOf(start) + start.length, document.indexOf(end)];
    const whole = `${document.slice(0, from)}${metricsTable()}\n${document.slice(to)}`;
    await expect(whole).toMatchFileSnapshot('../docs/observing.md');
  });
});

describe('the profile “observe”', () => {
  const serviceSchema = z.object({
    image: z.string().optional(),
    profiles: z.array(z.string()).default([]),
    ports: z.array(z.string()).default([]),
    read_only: z.boolean().default(false),
    volumes: z.array(z.string()).default([]),
  });
  const compose = z
    .object({
      services: z.record(z.string(), serviceSchema),
      volumes: z.record(z.string(), z.unknown()),
    })
    .parse(parse(text('docker-compose.yml'), { merge: true }));
  const observing = Object.entries(compose.services).filter(([, { profiles }]) =>
    profiles.includes('observe'),
  );

  it('has Prometheus and Grafana, in a version of their own, writing only to volumes', () => {
    expect(observing.map(([name]) => name)).toEqual(['prometheus', 'grafana']);
    for (const [name, { image, read_only: isReadOnly, volumes }] of observing) {
      expect(image, name).toMatch(/:v?\d+\.\d+\.\d+$/);
      expect(isReadOnly, name).toBe(true);
      const writable = volumes.filter((volume) => !volume.endsWith(':ro'));
      expect(writable.map((volume) => volume.split(':')[0])).toEqual([name]);
      expect(Object.keys(compose.volumes)).toContain(name);
      for (const volume of volumes.filter((one) => one.startsWith('./'))) {
        expect(existsSync(join(root, volume.split(':')[0] ?? '')), volume).toBe(true);
      }
    }
  });

  it('is reached from this machine alone, as is everything of the project', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('asks the services that there are', () => {
    const scrapes = z
      .object({
        scrape_configs: z.array(
          z.object({
            job_name: z.string(),
            dns_sd_configs: z.array(
              z.object({ names: z.array(z.string()), type: z.literal('A'), port: z.literal(8080) }),
            ),
          }),
        ),
        rule_files: z.array(z.string()),
      })
      .parse(yaml('observe/prometheus/prometheus.yml'));
    const asked = scrapes.scrape_configs.flatMap((scrape) =>
      scrape.dns_sd_configs.flatMap(({ names }) => names),
    );
    expect(asked).toEqual(['bridge', 'worker']);
    expect(asked.every((name) => Object.hasOwn(compose.services, name))).toBe(true);
    expect(scrapes.rule_files.every((name) => existsSync(join(folder, name)))).toBe(true);
  });

  it('gives Grafana a data source and a dashboard that are there', () => {
    const { datasources } = z
      .object({ datasources: z.array(z.object({ uid: z.string(), url: z.string() })) })
      .parse(yaml('observe/grafana/provisioning/datasources/prometheus.yml'));
    expect(datasources.map(({ url }) => url)).toEqual(['http://prometheus:9090']);
    const { providers } = z
      .object({ providers: z.array(z.object({ options: z.object({ path: z.string() }) })) })
      .parse(yaml('observe/grafana/provisioning/dashboards/grok-bridge.yml'));
    const mounted = observing.flatMap(([, { volumes }]) => volumes.map((one) => one.split(':')[1]));
    expect(mounted).toContain(providers[0]?.options.path);
  });
});

/** What stands in `expr` that no process has: a metric, or a label of one. */
function strangersIn(expr: string, known: ReadonlyMap<string, ReadonlySet<string>>): string[] {
  const found: string[] = [];
  const names = [...expr.matchAll(/\b(?:grok_bridge|nodejs|process)_\w+/g)].map(([name]) => name);
  const allowed = new Set([
    'job',
    'instance',
    'le',
    ...names.flatMap((n) => [...(known.get(n) ?? [])]),
  ]);
  for (const name of names) if (!known.has(name)) found.push(`${name} in ${expr}`);
  if (names.length === 0) return found;
  for (const [, name = '', matchers = ''] of expr.matchAll(/\b(\w+)\{([^}]*)\}/g)) {
    const own = known.get(name) ?? allowed;
    for (const [, label = ''] of matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)) {
      if (!own.has(label) && label !== 'job') found.push(`${label} of ${name}`);
    }
  }
  for (const [, labels = ''] of expr.matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)) {
    for (const label of labels.split(',').map((one) => one.trim())) {
      if (label !== '' && !allowed.has(label)) found.push(`${label} in ${expr}`);
    }
  }
  return found;
}

/** Every series that `/metrics` has, with its labels. */
async function labelsByName(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const metrics = new Metrics();
  const known = new Map<string, ReadonlySet<string>>();
  for (const [, name = ''] of (await metrics.text()).matchAll(/^# TYPE (\w+)/gm)) {
    known.set(name, new Set());
  }
  for (const { name, type, labels } of metrics.notes) {
    expect(known.has(name), name).toBe(true);
    known.set(name, new Set(labels));
    if (type !== 'histogram') continue;
    known.set(`${name}_bucket`, new Set([...labels, 'le']));
    for (const end of ['sum', 'count']) known.set(`${name}_${end}`, new Set(labels));
  }
  return known;
}

function metricsTable(): string {
  const rows = new Metrics().notes.map(
    ({ name, labels, from, merge, help }) =>
      `| \`${name}\` | ${labels.map((label) => `\`${label}\``).join(', ') || '–'} | ${from === 'all' ? 'all' : `each ${from}`} | ${merge} | ${help} |`,
  );
  return [
    '| metric | labels | from | over processes | meaning |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function yaml(name: string): unknown {
  return parse(text(name));
}

function text(name: string): string {
  return readFileSync(join(root, name), 'utf8');
}
