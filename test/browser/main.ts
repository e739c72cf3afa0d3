// `npm run test:browser`: the console and the playground in a real Chromium. With `--screenshots` the
// pictures of the README are made anew.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { findChromium, howToGetChromium } from './chromium.ts';

if (findChromium() === undefined) {
  console.error(howToGetChromium());
  process.exit(1);
}
const words = process.argv.slice(2);
const pictures = fileURLToPath(new URL('../../docs/screenshots/', import.meta.url));
const { status } = spawnSync(
  'vitest',
  ['run', '--project', 'browser', ...words.filter((word) => word !== '--screenshots')],
  {
    stdio: 'inherit',
    env: { ...process.env, ...(words.includes('--screenshots') ? { SCREENSHOTS: pictures } : {}) },
  },
);
process.exit(status ?? 1);
