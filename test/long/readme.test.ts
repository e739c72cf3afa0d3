import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { SandboxWorld } from '../../sandbox/world.ts';

/**
 * The README's commands as printed, in a clone that nobody has touched: no `.env`, no data, no
 * node_modules. Those with docker are run by test/compose.
 */
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'grok-bridge-clone-'));
const clone = join(folder, 'grok-bridge');
const temporary = join(folder, 'tmp');

beforeAll(() => {
  execFileSync('git', ['clone', '--quiet', root, clone]);
  mkdirSync(temporary);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('in a fresh clone', () => {
  it('installs what it needs, plays the sandbox, and leaves nothing behind', async () => {
    const typed = type('npm start');
    await typed.says('Everything went as it should.', 300_000);
    await typed.says('The sandbox stays up', 10_000);
    typed.interrupt();
    await typed.ended(60_000);
    expect(readdirSync(temporary)).toEqual([]);
    expect(changes()).toBe('');
  });

  it('sets up only at a terminal, and says what to do else', async () => {
    const typed = type('npm run setup');
    await typed.says('copy .env.example to .env', 60_000);
    expect(await typed.ended(10_000)).toBe(1);
  });

  it('signs in by device code', async () => {
    await using world = await SandboxWorld.start({ xai: { devicePollMs: 1000 } });
    const lines = Object.entries(world.environment()).map(([key, value]) => `${key}=${value}\n`);
    writeFileSync(join(clone, '.env'), lines.join(''), { mode: 0o600 });
    const typed = type('npm run login');
    const said = await typed.says('Waiting', 60_000);
    const [, code = ''] = /enter the code (\S+)\./.exec(said) ?? [];
    expect(world.xai.approveDevice(code)).toBe(true);
    await typed.says('Signed in as “main”', 60_000);
    expect(await typed.ended(30_000)).toBe(0);
    rmSync(join(clone, '.env'));
    rmSync(join(clone, 'data'), { recursive: true });
  });

  it('passes its tests', async () => {
    const typed = type('npm test');
    const code = await typed.ended(1_200_000);
    expect(code, typed.output.slice(-6000)).toBe(0);
    expect(typed.output).toMatch(/\d+ passed, 0 failed/);
    expect(changes()).toBe('');
  });
});

/** What git sees that was not cloned. */
function changes(): string {
  return execFileSync('git', ['status', '--porcelain'], { cwd: clone, encoding: 'utf8' });
}

function type(command: string): Typed {
  const { PATH, HOME } = process.env;
  const inherited = { PATH: withoutOurs(PATH ?? ''), HOME, ...certificates() };
  return new Typed(
    spawn('sh', ['-c', command], {
      cwd: clone,
      env: { ...inherited, TMPDIR: temporary, HTTP_PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    }),
  );
}

/** What npm and Node need on machines with certificates of their own. */
function certificates(): Record<string, string> {
  const known = Object.entries(process.env).filter(([key]) => /CERT|^npm_config_/i.test(key));
  return Object.fromEntries(known.flatMap(([key, value = '']) => [[key, value]]));
}

/** Without this tree's own tools, which a newcomer does not have. */
function withoutOurs(path: string): string {
  return path
    .split(':')
    .filter((entry) => !entry.includes('node_modules'))
    .join(':');
}

/** A command at a terminal that nobody sits at. */
class Typed {
  readonly #process: ChildProcess;
  output = '';
  readonly #looks = new Set<() => void>();

  constructor(process: ChildProcess) {
    this.#process = process;
    const read = (bytes: Buffer) => {
      this.output += bytes.toString();
      for (const look of this.#looks) look();
    };
    process.stdout?.on('data', read);
    process.stderr?.on('data', read);
    process.on('close', () => {
      for (const look of this.#looks) look();
    });
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async says(text: string, timeoutMs: number): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = () => {
      if (this.output.includes(text)) resolve(this.output);
      else if (this.#hasEnded) reject(new Error(`it ended without “${text}”:\n${this.output}`));
    };
    const timer = setTimeout(() => {
      reject(new Error(`“${text}” was not said:\n${this.output.slice(-6000)}`));
    }, timeoutMs);
    this.#looks.add(look);
    try {
      look();
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#looks.delete(look);
    }
  }

  /** As Ctrl-C does: to the command and all that it started. */
  interrupt(): void {
    process.kill(-(this.#process.pid ?? 0), 'SIGINT');
  }

  async ended(timeoutMs: number): Promise<number | null> {
    if (!this.#hasEnded) {
      const signal = AbortSignal.timeout(timeoutMs);
      await once(this.#process, 'close', { signal }).catch((cause: unknown) => {
        this.#process.kill('SIGKILL');
        throw new Error(`it did not end:\n${this.output.slice(-6000)}`, { cause });
      });
    }
    return this.#process.exitCode;
  }
}
