import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

import { isBridgeError } from './errors.ts';
import type { Role } from './roles/role.ts';

const roles: Readonly<Record<string, () => Promise<Role>>> = {
  all: async () => (await import('./roles/all.ts')).all,
  bridge: async () => (await import('./roles/bridge.ts')).bridge,
  worker: async () => (await import('./roles/worker.ts')).worker,
  login: async () => (await import('./roles/login.ts')).login,
  credentials: async () => (await import('./roles/credentials.ts')).credentials,
  setup: async () => (await import('./roles/setup.ts')).setup,
  doctor: async () => (await import('./roles/doctor.ts')).doctor,
  sandbox: async () => (await import('./roles/sandbox.ts')).sandbox,
};

// Halves the time to start. In our own folder: a shared one could be tampered with. Where it cannot
// be written to, nothing is cached.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)));

const [name = 'all', ...words] = process.argv.slice(2);
const load = Object.hasOwn(roles, name) ? roles[name] : undefined;
if (load === undefined) {
  complain(`There is no role “${name}”. There are: ${Object.keys(roles).join(', ')}.`);
  process.exit(2);
}

try {
  const role = await load();
  process.exit(await role({ environment: process.env, words }));
} catch (error) {
  complain(
    isBridgeError(error) ? error.message : String(error instanceof Error ? error.stack : error),
  );
  process.exit(1);
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}
