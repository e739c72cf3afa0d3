import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { Redis } from 'ioredis';

import { freePort, TestRedis } from './redis-server.ts';

/** The times of the sentinels, as an operator sets them. */
export const sentinelTimes = { downAfterMs: 500, failoverTimeoutMs: 2_000 } as const;

const group = 'mymaster';

/** A primary, two replicas and three sentinels: real servers on loopback, with folders of their own. */
export class TestSentinels implements AsyncDisposable {
  /** The first is the primary at the start. */
  readonly servers: readonly TestRedis[];
  readonly url: string;
  readonly #sentinels: readonly number[];
  readonly #stack: AsyncDisposableStack;

  private constructor(
    servers: readonly TestRedis[],
    sentinels: readonly number[],
    stack: AsyncDisposableStack,
  ) {
    this.servers = servers;
    this.#sentinels = sentinels;
    this.url = `redis+sentinel://${sentinels.map((port) => `127.0.0.1:${port}`).join(',')}/${group}`;
    this.#stack = stack;
  }

  /** Resolves once the replicas follow and the sentinels know one another. */
  static async start(): Promise<TestSentinels> {
    await using stack = new AsyncDisposableStack();
    const options = ['--repl-diskless-sync-delay', '0', '--repl-ping-replica-period', '1'];
    const primary = stack.use(await TestRedis.start(...options));
    const follow = ['--replicaof', '127.0.0.1', String(primary.port)];
    const servers = [
      primary,
      stack.use(await TestRedis.start(...options, ...follow)),
      stack.use(await TestRedis.start(...options, ...follow)),
    ];
    const sentinels = await Promise.all([1, 2, 3].map(async () => freePort()));
    const folder = await mkdtemp(join(tmpdir(), 'grok-bridge-sentinels-'));
    stack.defer(async () => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
    for (const port of sentinels) {
      const child = await launch(
        join(folder, `${port}.conf`),
        configuration(port, folder, primary),
      );
      stack.defer(async () => end(child));
    }
    const whole = new TestSentinels(servers, sentinels, stack);
    await whole.#agreed();
    return new TestSentinels(servers, sentinels, stack.move());
  }

  /** The port of whom the sentinels call the primary. */
  async primaryPort(): Promise<number> {
    const answers = await Promise.all(
      this.#sentinels.map(async (port) => this.#ask(port, 'get-master-addr-by-name')),
    );
    const ports = answers.map((answer) => (Array.isArray(answer) ? Number(answer[1]) : 0));
    const [first = 0] = ports;
    return ports.every((port) => port === first) ? first : 0;
  }

  async primary(): Promise<TestRedis> {
    const port = await this.primaryPort();
    const found = this.servers.find((server) => server.port === port);
    if (found === undefined) throw new Error('the sentinels do not agree');
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async #agreed(): Promise<void> {
    const all = async (what: string) => {
      const answers = await Promise.all(this.#sentinels.map(async (port) => this.#ask(port, what)));
      return answers.every((answer) => Array.isArray(answer) && answer.length === 2);
    };
    const [primary] = this.servers;
    const follow = async () => {
      await using admin = await client(primary?.port ?? 0);
      return (await admin.redis.info('replication')).match(/state=online/g)?.length === 2;
    };
    const deadline = AbortSignal.timeout(20_000);
    while (!((await all('sentinels')) && (await all('replicas')) && (await follow()))) {
      await delay(50, undefined, { signal: deadline });
    }
  }

  async #ask(port: number, what: string): Promise<unknown> {
    await using sentinel = await client(port);
    return await sentinel.redis.call('SENTINEL', what, group);
  }
}

async function client(port: number) {
  const redis = new Redis({ host: '127.0.0.1', port, lazyConnect: true });
  await redis.connect();
  return {
    redis,
    [Symbol.asyncDispose]: async () => {
      redis.disconnect();
      await Promise.resolve();
    },
  };
}

function configuration(port: number, folder: string, primary: TestRedis): string {
  return [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `sentinel monitor ${group} 127.0.0.1 ${primary.port} 2`,
    `sentinel down-after-milliseconds ${group} ${sentinelTimes.downAfterMs}`,
    `sentinel failover-timeout ${group} ${sentinelTimes.failoverTimeoutMs}`,
    '',
  ].join('\n');
}

async function launch(file: string, text: string): Promise<ChildProcess> {
  await writeFile(file, text);
  const child = spawn('redis-server', [file, '--sentinel'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the sentinel ended with ${code}`)));
    child.stdout.on('data', (bytes: Buffer) => {
      if (bytes.toString().includes('+monitor master')) resolve();
    });
  });
  return child;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}
