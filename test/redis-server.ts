import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Redis of a test's own: a real `redis-server` on a free loopback port, its files in a new folder. */
export class TestRedis implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #options: readonly string[];
  #process: ChildProcess;

  private constructor(
    port: number,
    folder: string,
    options: readonly string[],
    process: ChildProcess,
  ) {
    this.port = port;
    this.#folder = folder;
    this.#options = options;
    this.#process = process;
  }

  /** Starts one with AOF (always), noeviction and hz 100; `options` are further command line words. */
  static async start(...options: string[]): Promise<TestRedis> {
    const port = await freePort();
    const folder = await mkdtemp(join(tmpdir(), 'grok-bridge-redis-'));
    return new TestRedis(port, folder, options, await launch(port, folder, options));
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** The folder that holds its append-only file. */
  get folder(): string {
    return this.#folder;
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }

  /** Starts it again on the same port with what it had written. */
  async restart(): Promise<void> {
    await this.kill();
    this.#process = await launch(this.port, this.#folder, this.#options);
  }

  /** A copy of its files as they are; `putBack` kills it and starts it again with them. */
  async copy(): Promise<AsyncDisposable & { putBack(): Promise<void> }> {
    const copied = await mkdtemp(join(tmpdir(), 'grok-bridge-redis-copy-'));
    await cp(this.#folder, copied, { recursive: true });
    return {
      putBack: async () => {
        await this.kill();
        await rm(this.#folder, { recursive: true, force: true });
        await cp(copied, this.#folder, { recursive: true });
        await this.restart();
      },
      [Symbol.asyncDispose]: async () => rm(copied, { recursive: true, force: true }),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A port of the loopback address that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port to be had');
  return address.port;
}

async function launch(
  port: number,
  folder: string,
  options: readonly string[],
): Promise<ChildProcess> {
  const words = `--bind 127.0.0.1 --port ${port} --dir ${folder} --appendonly yes --appendfsync always --maxmemory-policy noeviction --hz 100 --save`;
  const child = spawn('redis-server', [...words.split(' '), '', ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)));
    child.stdout.on('data', (bytes: Buffer) => {
      if (bytes.toString().includes('Ready to accept connections')) resolve();
    });
  });
  return child;
}
