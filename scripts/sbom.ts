import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

import { npm } from './npm.ts';

/**
 * Writes what runs in production as a CycloneDX software bill of materials, to `sbom.cdx.json` or the
 * path given, and fails unless it names every package of the lockfile with version, licence and hash.
 *
 * `npm sbom --omit dev` leaves out whatever a development dependency asks for as well, such as zod;
 * so npm is asked for everything, and what it marks as development alone is taken out here.
 */
const componentSchema = z.looseObject({
  'bom-ref': z.string(),
  name: z.string(),
  version: z.string(),
  purl: z.string().startsWith('pkg:npm/'),
  properties: z.array(z.object({ name: z.string(), value: z.string() })),
  licenses: z.array(z.looseObject({})).min(1),
  hashes: z.array(z.object({ alg: z.string(), content: z.string().regex(/^[0-9a-f]+$/) })).min(1),
});
const bomSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.looseObject({ component: z.looseObject({ 'bom-ref': z.string() }) }),
  components: z.array(componentSchema),
  dependencies: z.array(z.object({ ref: z.string(), dependsOn: z.array(z.string()) })),
});
const lockSchema = z.object({
  packages: z.record(z.string(), z.looseObject({ dev: z.boolean().optional() })),
});

const root = fileURLToPath(new URL('..', import.meta.url));
const target = resolve(root, process.argv[2] ?? 'sbom.cdx.json');
const asked = npm(['sbom', '--sbom-format=cyclonedx', '--package-lock-only'], root);
if (asked.status !== 0) throw new Error(`npm sbom failed: ${asked.complaint}`);
const bom = inProduction(bomSchema.parse(JSON.parse(asked.output)));

const named = new Set(bom.components.map((component) => component['bom-ref']));
const missing = locked().filter((name) => !named.has(name));
const dangling = bom.dependencies.flatMap(({ ref, dependsOn }) =>
  [ref, ...dependsOn].filter((to) => !named.has(to) && to !== bom.metadata.component['bom-ref']),
);
if (missing.length + dangling.length > 0) {
  throw new Error(`the SBOM is not whole: ${[...missing, ...dangling].join(', ')}`);
}
writeFileSync(target, `${JSON.stringify(bom, null, 2)}\n`);
console.log(`SBOM: ${bom.components.length} packages in ${target}`);

function inProduction(whole: z.infer<typeof bomSchema>): z.infer<typeof bomSchema> {
  const components = whole.components.filter(
    ({ properties }) => !properties.some(({ name }) => name === 'cdx:npm:package:development'),
  );
  const kept = new Set(components.map((component) => component['bom-ref']));
  const { component } = whole.metadata;
  const self = component['bom-ref'];
  return {
    ...whole,
    // npm calls it by the name of the folder it lies in.
    metadata: {
      ...whole.metadata,
      component: { ...component, name: 'grok-bridge', type: 'application' },
    },
    components,
    dependencies: whole.dependencies
      .filter(({ ref }) => kept.has(ref) || ref === self)
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((to) => kept.has(to)) })),
  };
}

/** `name@version` of what the lockfile does not keep for development alone. */
function locked(): string[] {
  const lock = lockSchema.parse(
    JSON.parse(readFileSync(resolve(root, 'package-lock.json'), 'utf8')),
  );
  return Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version }]) => `${path.split('node_modules/').at(-1)}@${String(version)}`);
}
