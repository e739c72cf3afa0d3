import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Redis } from 'ioredis';
import { z } from 'zod';

import { makeKey } from '../../src/credentials/key-ring.ts';
import type { CredentialTimings } from '../../src/credentials/timings.ts';
import { TestRedis } from '../redis-server.ts';
import { age, until } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

const reply = z.object({ value: z.unknown().optional(), error: z.string().optional() });
const state = z.object({
  state: z.string(),
  generation: z.number(),
  secret: z.string().optional(),
});
const phases = { WON: 'prepared', SENT: 'sent' } as const;

/** What one process is started with; `stopAfter`: it stands still before it reads that reply of Redis. */
interface Launch {
  skewMs?: number;
  stopAfter?: string;
  dataDir?: string;
  newsUrl?: string;
  timings?: Partial<CredentialTimings>;
}

/** Real processes of one deployment, their Redis, which writes every command to disk, and their server. */
export class Processes implements AsyncDisposable {
  readonly prefix = 'faults';
  readonly redis: TestRedis;
  readonly server: TokenServer;
  readonly dataDir: string;
  readonly admin: Redis;
  readonly #keys = makeKey('k1');
  readonly #children: ChildProcess[] = [];

  private constructor(redis: TestRedis, server: TokenServer, dataDir: string) {
    this.redis = redis;
    this.server = server;
    this.dataDir = dataDir;
    this.admin = new Redis(redis.url, { retryStrategy: () => 50 });
    this.admin.on('error', () => undefined);
  }

  static async start(): Promise<Processes> {
    return new Processes(
      await TestRedis.start('--appendfsync', 'always'),
      await TokenServer.start(),
      await mkdtemp(join(tmpdir(), 'grok-bridge-faults-')),
    );
  }

  /** The key of one part of the sign-in. */
  key(part: string): string {
    return `{${this.prefix}}:cred:default:${part}`;
  }

  async launch(how: Launch = {}): Promise<ChildProcess> {
    const { skewMs = 0, stopAfter = '', dataDir = this.dataDir, timings = {} } = how;
    const { url } = this.redis;
    const { newsUrl = url } = how;
    const { issuer } = this.server;
    const { prefix } = this;
    const keys = this.#keys;
    const words = { url, newsUrl, prefix, dataDir, keys, issuer, skewMs, stopAfter, timings };
    const program = new URL('./credential-process.ts', import.meta.url);
    const child = fork(program, [JSON.stringify(words)], { stdio: 'inherit' });
    this.#children.push(child);
    const ended = once(child, 'exit').then(() =>
      Promise.reject(new Error('a process did not start')),
    );
    await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => undefined);
    return child;
  }

  /** What the process answers to `asked`; throws what it threw. One question at a time. */
  async tell(child: ChildProcess, asked: object): Promise<unknown> {
    const answered = once(child, 'message');
    child.send(asked);
    const [raw]: unknown[] = await answered;
    const { value, error } = reply.parse(raw);
    if (error !== undefined) throw new Error(error);
    return value;
  }

  async stateOf(child: ChildProcess): Promise<z.infer<typeof state>> {
    return state.parse(await this.tell(child, { do: 'state' }));
  }

  /** A process with a sign-in that is due. */
  async due(how: Launch = {}): Promise<ChildProcess> {
    const owner = await this.launch(how);
    await this.signInDue([owner]);
    return owner;
  }

  /** Signs in anew, as long ago as makes it due; `fleet` knows. */
  async signInDue(fleet: readonly ChildProcess[]): Promise<void> {
    const [first] = fleet;
    if (first === undefined) return;
    await this.tell(first, { do: 'sign-in', ...this.server.signIn() });
    await age(this.admin, this.prefix, 'default', 3_000_000);
    for (const child of fleet) await this.tell(child, { do: 'state' });
  }

  /** A process with its refresh at the server, whose answer is held back. */
  async midExchange(how: Launch = {}) {
    const owner = await this.due(how);
    const held = Promise.withResolvers<void>();
    this.server.hold = held.promise;
    const arrived = this.server.arrival();
    const run = this.tell(owner, { do: 'due' });
    run.catch(() => undefined);
    await arrived;
    return { owner, run, release: held.resolve };
  }

  /** A process whose refresh stands still at that reply of Redis, and what `due` will come to. */
  async stoppedAt(word: 'WON' | 'SENT') {
    const owner = await this.due({ stopAfter: word });
    const peer = await this.launch();
    const run = this.tell(owner, { do: 'due' });
    run.catch(() => undefined);
    await until(async () => (await this.admin.hget(this.key('intent'), 'phase')) === phases[word]);
    return { owner, peer, run };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    this.admin.disconnect();
    await this.server[Symbol.asyncDispose]();
    await this.redis[Symbol.asyncDispose]();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
