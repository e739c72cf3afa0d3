import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const script = fileURLToPath(new URL('../browser/main.ts', import.meta.url));
const nowhere = fileURLToPath(new URL('no-such-folder', import.meta.url));

describe('npm run test:browser', () => {
  it('fails where there is no Chromium, and says how to get one', () => {
    const { status, stderr } = run({ PATH: nowhere });
    expect(stderr).toMatch(/^There is no Chromium\. Install one .* CHROMIUM_PATH .*\n$/);
    expect(status).toBe(1);
  });

  it('names what CHROMIUM_PATH says when nothing is there, whatever is on the PATH', () => {
    const { status, stderr } = run({ PATH: process.env['PATH'] ?? '', CHROMIUM_PATH: nowhere });
    expect(stderr).toContain(`CHROMIUM_PATH is ${nowhere}: nothing to run. Install one `);
    expect(status).toBe(1);
  });
});

function run(env: NodeJS.ProcessEnv) {
  return spawnSync(process.execPath, [script], { env, encoding: 'utf8', timeout: 15_000 });
}
