import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { SandboxWorld } from '../../sandbox/world.ts';
import { makeKey } from '../../src/credentials/key-ring.ts';
import { ports } from './ports.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The working tree as somebody else would have it: no `.env`, no data, nothing ignored. */
export function copyOfTree(): string {
  const folder = mkdtempSync(join(tmpdir(), 'grok-bridge-compose-'));
  const words = ['ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  const listed = execFileSync('git', words, { cwd: root, encoding: 'utf8' });
  for (const name of listed.split('\0')) {
    if (name === '' || !existsSync(join(root, name))) continue;
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    cpSync(join(root, name), join(folder, name));
  }
  return folder;
}

/** The `.env` of somebody whose bots are the stand-ins outside. */
export async function writeSettings(folder: string): Promise<void> {
  await using world = await SandboxWorld.start();
  const settings = {
    ...world.environment(),
    DISCORD_API_URL: `http://127.0.0.1:${ports.discord}/api`,
    TELEGRAM_API_URL: `http://127.0.0.1:${ports.telegram}`,
    XAI_API_URL: `http://127.0.0.1:${ports.xai}/v1`,
    XAI_AUTH_URL: `http://127.0.0.1:${ports.xai}`,
    CREDENTIAL_KEYS: makeKey('k1'),
    // As on a machine where it was started by hand before.
    DATA_DIR: './data',
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}\n`);
  writeFileSync(join(folder, '.env'), lines.join(''), { mode: 0o600 });
}
