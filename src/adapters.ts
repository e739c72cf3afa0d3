import { readdirSync } from 'node:fs';

import type { AdapterDefinition } from './chat/port.ts';
import { BridgeError } from './errors.ts';

const folder = new URL('../adapters/', import.meta.url);

/** The names of all adapters there are: the folders in `adapters/`. */
export function adapterNames(): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/**
 * Loads `adapters/NAME/index.ts`, with the packages it needs.
 * @throws {BridgeError} `ADAPTER_UNKNOWN` naming those that there are
 */
export async function loadAdapter(name: string): Promise<AdapterDefinition> {
  const names = adapterNames();
  if (!names.includes(name)) {
    throw new BridgeError(
      'ADAPTER_UNKNOWN',
      `ADAPTERS: there is no adapter “${name}”. There are: ${names.join(', ')}.`,
    );
  }
  const module: { default: AdapterDefinition } = await import(`${folder.href}${name}/index.ts`);
  return module.default;
}

/** All of them, or those that are named. */
export async function loadAdapters(names = adapterNames()): Promise<AdapterDefinition[]> {
  return Promise.all(names.map(async (name) => loadAdapter(name)));
}
