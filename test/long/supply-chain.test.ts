import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const root = fileURLToPath(new URL('../..', import.meta.url));

const advisory = (severity: string) => ({
  id: 1,
  url: 'https://example.com/1',
  title: 'something',
  severity,
  vulnerable_versions: '<99',
});

describe.concurrent('the audit of what runs in production', () => {
  it('is green where nothing is known', async () => {
    const { status, output } = await audited(200, {});
    expect(output).toContain('npm audit: 0 packages with advisories');
    expect(status).toBe(0);
  });

  it('is red at an advisory that is high, and names the package', async () => {
    const { status, output } = await audited(200, { zod: [advisory('high')] });
    expect(output).toMatch(/^high: zod /m);
    expect(status).toBe(1);
  });

  it('tells of one that is moderate, and is green', async () => {
    const { status, output } = await audited(200, { zod: [advisory('moderate')] });
    expect(output).toMatch(/^moderate: zod /m);
    expect(status).toBe(0);
  });

  it('that gets no answer says so plainly, and is green', async () => {
    const { status, output } = await audited(405, {});
    expect(output).toMatch(/npm audit: LEFT OUT, the registry does not answer it \(.*405/);
    expect(status).toBe(0);
  });
});

it('the SBOM names each package of the lockfile that runs in production, with a known licence', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'grok-bridge-sbom-'));
  try {
    const file = join(folder, 'sbom.json');
    const { status, output } = await script('sbom.ts', [file]);
    expect(output).toContain(file);
    expect(status).toBe(0);
    const bom = bomSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(bom.metadata.component).toMatchObject({ name: 'grok-bridge', type: 'application' });
    const names = bom.components.map(({ name }) => name);
    expect(new Set(names)).toContain('zod');
    expect(names.length).toBeGreaterThan(100);
    const development = new Set(['vitest', 'oxlint', 'fast-check', 'oidc-provider']);
    expect(names.filter((name) => development.has(name))).toEqual([]);
    const licences = bom.components.flatMap(({ licenses }) =>
      licenses.map((one) => one.license.id),
    );
    expect([...new Set(licences)].filter((id) => !permissive.has(id))).toEqual([]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const bomSchema = z.object({
  bomFormat: z.literal('CycloneDX'),
  metadata: z.object({ component: z.object({ name: z.string(), type: z.string() }) }),
  components: z.array(
    z.object({
      name: z.string(),
      version: z.string().regex(/^\d+\.\d+\.\d+/),
      purl: z.string(),
      licenses: z.array(z.object({ license: z.object({ id: z.string() }) })).min(1),
    }),
  ),
});

/** None of them asks more of us than to be named. */
const permissive = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
]);

async function audited(status: number, advisories: object) {
  const registry = createServer((request, response) => {
    request.resume();
    const isAsked = request.url?.endsWith('/advisories/bulk') === true;
    response.writeHead(isAsked || status !== 200 ? status : 404, {
      'content-type': 'application/json',
    });
    response.end(JSON.stringify(advisories));
  });
  registry.listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const address = registry.address();
  if (address === null || typeof address === 'string') throw new Error('no port to be had');
  try {
    return await script('audit.ts', [], {
      npm_config_registry: `http://127.0.0.1:${address.port}/`,
    });
  } finally {
    registry.closeAllConnections();
    registry.close();
  }
}

async function script(name: string, words: readonly string[], environment: object = {}) {
  const cache = mkdtempSync(join(tmpdir(), 'grok-bridge-npm-'));
  const child = spawn(process.execPath, [join(root, 'scripts', name), ...words], {
    env: { ...process.env, npm_config_cache: cache, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [output, complaint] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    child.exitCode === null ? once(child, 'close') : undefined,
  ]);
  rmSync(cache, { recursive: true, force: true });
  return { status: child.exitCode, output: output + complaint };
}
