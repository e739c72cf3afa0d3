import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { z } from 'zod';

import { noLimits } from '../sandbox/telegram/rate-limits.ts';
import { SandboxWorld, type SandboxWorldOptions } from '../sandbox/world.ts';
import { Daemon } from './daemon.ts';
import { TestRedis } from './redis-server.ts';

export interface StageOptions {
  readonly world?: SandboxWorldOptions;
  /** `embedded`: each process looks after the Redis of the data folder. Default: one of the stage's own. */
  readonly redis?: 'embedded';
  /** On top of what leads to the stage's own services. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Platforms of which neither limits what a bot sends: for tests of throughput. */
export const unlimited = {
  discord: { rateLimits: 'off' },
  telegram: { limits: noLimits },
} as const satisfies SandboxWorldOptions;

/**
 * All that the program needs around it, each of the test's own: Discord, Telegram and xAI on
 * loopback, a Redis, a data folder, a key. Ends every process that was started on it.
 */
export class Stage implements AsyncDisposable {
  readonly world: SandboxWorld;
  /** Undefined with the embedded one. */
  readonly redis: TestRedis | undefined;
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly daemons: Daemon[] = [];
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: Pick<Stage, 'world' | 'redis' | 'dataDir' | 'environment'>,
    stack: AsyncDisposableStack,
  ) {
    this.world = parts.world;
    this.redis = parts.redis;
    this.dataDir = parts.dataDir;
    this.environment = parts.environment;
    this.#stack = stack;
  }

  static async start(options: StageOptions = {}): Promise<Stage> {
    await using stack = new AsyncDisposableStack();
    const world = stack.use(await SandboxWorld.start(options.world));
    const redis = options.redis === 'embedded' ? undefined : stack.use(await TestRedis.start());
    const dataDir = await mkdtemp(join(tmpdir(), 'grok-bridge-stage-'));
    stack.defer(async () => rm(dataDir, { recursive: true, force: true, maxRetries: 5 }));
    stack.defer(() => endEmbedded(dataDir));
    const environment = {
      ...world.environment(),
      DATA_DIR: dataDir,
      HTTP_PORT: '0',
      ...(redis === undefined ? {} : { REDIS_URL: redis.url, CREDENTIAL_KEYS: sealingKey() }),
      ...options.environment,
    };
    return new Stage({ world, redis, dataDir, environment }, stack.move());
  }

  /** Starts a process and does not wait for it. An empty value takes a setting away. */
  run(
    words: readonly string[],
    changes: Readonly<Record<string, string | undefined>> = {},
  ): Daemon {
    const whole = { ...this.environment, ...changes };
    const set = Object.entries(whole).flatMap(([key, value]) => (value ? [[key, value]] : []));
    const daemon = Daemon.start(words, Object.fromEntries(set));
    this.daemons.push(daemon);
    return daemon;
  }

  /** Starts a role and waits until it serves; one with a bridge also until Discord has it. */
  async up(
    role: 'all' | 'bridge' | 'worker' = 'all',
    changes: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Daemon> {
    const daemon = this.run([role], changes);
    await daemon.logged('started', { timeoutMs: 40_000 });
    if (role !== 'worker' && changes['ADAPTERS'] !== 'telegram') await this.#heard();
    return daemon;
  }

  /** Imports a sign-in as an operator does, in a process of its own. */
  async signIn(name = 'main', changes: Readonly<Record<string, string>> = {}): Promise<void> {
    const file = join(this.dataDir, `sign-in-of-${name}.json`);
    await writeFile(file, JSON.stringify(this.world.xai.signIn(name)), { mode: 0o600 });
    const login = this.run(['login', '--name', name, '--import', file], changes);
    const code = await login.ended({ timeoutMs: 40_000 });
    await rm(file);
    if (code !== 0) throw new Error(`login ended with ${code}: ${login.output}`);
  }

  /** A stage on which somebody has signed in. */
  static async signedIn(options: StageOptions = {}): Promise<Stage> {
    const stage = await Stage.start(options);
    await stage.signIn();
    return stage;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.daemons.map(async (daemon) => daemon[Symbol.asyncDispose]()));
    await this.#stack.disposeAsync();
  }

  /** Who speaks on Discord while nobody is connected is not heard, as on the real service. */
  async #heard(): Promise<void> {
    const { discord } = this.world;
    await discord.waitFor(
      () => discord.stats.connected === 1 && discord.commandNames().includes('ask'),
      { timeoutMs: 40_000, what: 'the gateway and the commands' },
    );
  }
}

/** The Redis of a data folder outlives a process that was killed; nobody is left to adopt it. */
function endEmbedded(dataDir: string): void {
  try {
    const note: unknown = JSON.parse(readFileSync(join(dataDir, 'redis', 'server.json'), 'utf8'));
    process.kill(z.object({ pid: z.number().positive() }).parse(note).pid, 'SIGKILL');
  } catch {
    // There is none, or it has ended.
  }
}

/** A key as `CREDENTIAL_KEYS` takes it. */
export function sealingKey(id = 'k1'): string {
  return `${id}:${randomBytes(32).toString('base64')}`;
}

/** The value of a metric with these labels; 0 where it has none. */
export async function metric(daemon: Daemon, name: string, labels = ''): Promise<number> {
  const text = await (await fetch(`${await daemon.url()}/metrics`)).text();
  return text
    .split('\n')
    .filter(
      (line) =>
        line.startsWith(name) && line.includes(labels) && /^[{ ]/.test(line.slice(name.length)),
    )
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
}
