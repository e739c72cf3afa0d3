import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

const module = fileURLToPath(new URL('../../src/process.ts', import.meta.url));

/** Ends only once it is told to, however long ago it was asked to. */
const slowToEnd = `
  import { once } from 'node:events';
  import { aborted, shutdownSignal } from ${JSON.stringify(module)};
  const signal = shutdownSignal();
  console.log('ready');
  await aborted(signal);
  console.log('ending');
  await once(process.stdin, 'data');
  process.exit(0);
`;

describe('a process that was asked to end', () => {
  it('is not cut off by the same signal handed on to it by who started it', async () => {
    const { child, says } = start();
    await says('ready');
    child.kill('SIGINT');
    await says('ending');
    child.kill('SIGINT');
    child.kill('SIGTERM');
    child.stdin.write('end\n');
    expect(await ended(child)).toBe(0);
  });

  it('is cut off by who asks again, a second later', async () => {
    const { child, says } = start();
    await says('ready');
    const askedAtMs = performance.now();
    child.kill('SIGINT');
    await says('ending');
    const again = setInterval(() => child.kill('SIGINT'), 50);
    const code = await ended(child);
    clearInterval(again);
    expect(code).toBe(130);
    expect(performance.now() - askedAtMs).toBeGreaterThan(990);
  });
});

function start() {
  const child = spawn(process.execPath, ['--input-type=module', '-e', slowToEnd], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const says = async (line: string) => expect((await lines.next()).value).toBe(line);
  return { child, says };
}

async function ended(child: ReturnType<typeof spawn>): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}
