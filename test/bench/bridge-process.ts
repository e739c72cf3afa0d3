import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { freePort } from '../redis-server.ts';
import type { Usage } from './child.ts';
import { endWithUs } from './end-with-us.ts';

const main = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

/** The program as an operator runs it, role `all`, its log going to a file. */
export class BridgeProcess implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(process: ChildProcess, folder: string, url: string) {
    this.#process = process;
    this.#folder = folder;
    this.#url = url;
  }

  /** Resolves once `/readyz` says so; `nodeOptions` as in `--cpu-prof`. */
  static async start(
    environment: Record<string, string>,
    nodeOptions: readonly string[] = [],
  ): Promise<BridgeProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'grok-bridge-bench-'));
    const port = await freePort();
    const log = openSync(join(folder, 'log'), 'w');
    const child = spawn(process.execPath, [...nodeOptions, main, 'all'], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        DATA_DIR: folder,
        HTTP_PORT: String(port),
        ACCESS: 'open',
        ...environment,
      },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    endWithUs(child.pid);
    const bridge = new BridgeProcess(child, folder, `http://127.0.0.1:${port}`);
    await bridge.#ready();
    return bridge;
  }

  /** As its own `/metrics` say. */
  async usage(): Promise<Usage> {
    const text = await (await fetch(`${this.#url}/metrics`)).text();
    const read = (name: string) => Number(new RegExp(`^${name} (\\S+)`, 'm').exec(text)?.[1]);
    return {
      cpuMs: read('process_cpu_seconds_total') * 1000,
      residentMb: read('process_resident_memory_bytes') / 2 ** 20,
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#hasEnded) {
      const ended = once(this.#process, 'exit');
      this.#process.kill('SIGTERM');
      await Promise.race([ended, delay(10_000, undefined, { ref: false })]);
      this.#process.kill('SIGKILL');
    }
    await rm(this.#folder, { recursive: true, force: true });
  }

  get #hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async #ready(): Promise<void> {
    const deadline = AbortSignal.timeout(30_000);
    for (;;) {
      const answer = await fetch(`${this.#url}/readyz`).catch(() => undefined);
      if (answer?.ok === true) return;
      if (deadline.aborted || this.#hasEnded) {
        const log = await readFile(join(this.#folder, 'log'), 'utf8');
        throw new Error(`the bridge did not start:\n${log.slice(-4000)}`);
      }
      await delay(50);
    }
  }
}
