import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Redis } from 'ioredis';
import { z } from 'zod';

import { XaiSandbox } from '../../sandbox/xai/sandbox.ts';
import { makeKey } from '../../src/credentials/key-ring.ts';
import { TestRedis } from '../redis-server.ts';
import { Child } from './child.ts';
import { endWithUs } from './end-with-us.ts';
import { storePlain, type Way } from './plain-refresh.ts';

/** What one refusal of the fleet's token led to. */
export interface Event {
  /** For each worker, from its own 403 to its 200, less the exchange; milliseconds. */
  readonly overMs: readonly number[];
  readonly failed: number;
  readonly tokenCalls: number;
  readonly commands: number;
  /** Whether the authorization server still honours the sign-in. */
  readonly isSignedIn: boolean;
}

const recoverySchema = z.object({ tookMs: z.array(z.number()), failed: z.number() });
const spreadSchema = z.object({ p50: z.number(), p99: z.number() });
const readSchema = z.object({ ready: spreadSchema, acquired: spreadSchema });

/** Processes full of workers, an authorization server that revokes what is reused, and an API that refuses. */
export class RefreshFleet implements AsyncDisposable {
  readonly redis: Redis;
  readonly #xai: XaiSandbox;
  readonly #children: readonly Child[];
  readonly #refused: Set<string>;
  readonly #stack: AsyncDisposableStack;

  private constructor(parts: {
    redis: Redis;
    xai: XaiSandbox;
    children: readonly Child[];
    refused: Set<string>;
    stack: AsyncDisposableStack;
  }) {
    this.redis = parts.redis;
    this.#xai = parts.xai;
    this.#children = parts.children;
    this.#refused = parts.refused;
    this.#stack = parts.stack;
  }

  static async start(processes: number): Promise<RefreshFleet> {
    await using stack = new AsyncDisposableStack();
    const server = stack.use(await TestRedis.start());
    endWithUs(server.pid);
    const xai = stack.use(await XaiSandbox.start());
    const refused = new Set<string>();
    const apiUrl = await serveApi(refused, stack);
    const folder = await mkdtemp(join(tmpdir(), 'grok-bridge-bench-'));
    stack.defer(async () => rm(folder, { recursive: true, force: true }));
    const redis = stack.adopt(new Redis(server.url), (made) => made.disconnect());
    const environment = {
      REDIS_URL: server.url,
      DATA_DIR: folder,
      KEYS: makeKey('k1'),
      ISSUER: xai.authUrl,
      CLIENT_ID: xai.clientId,
      API_URL: apiUrl,
    };
    const children: Child[] = [];
    for (let n = 0; n < processes; n += 1) {
      children.push(stack.use(await Child.start('./refresh-worker.ts', environment)));
    }
    return new RefreshFleet({ redis, xai, children, refused, stack: stack.move() });
  }

  /** One event: a new sign-in whose access token the API refuses, and all workers ask at once. */
  async event(workers: number, exchangeMs: number, way?: Way): Promise<Event> {
    const xai = this.#xai;
    const signedIn = xai.signIn(`owner-${xai.families.length}`);
    xai.configure({ tokenDelayMs: exchangeMs });
    if (way === undefined) await this.#signIn(signedIn);
    else await storePlain(this.redis, signedIn);
    this.#refused.add(signedIn.access_token);

    const callsBefore = xai.refreshCalls;
    const commandsBefore = await this.#commands();
    const each = workers / this.#children.length;
    const recoveries = await Promise.all(
      this.#children.map(async (child) =>
        way === undefined
          ? child.ask('recover', each, recoverySchema)
          : child.ask('recoverPlainly', { workers: each, way }, recoverySchema),
      ),
    );
    return {
      overMs: recoveries.flatMap(({ tookMs }) => tookMs).map((tookMs) => tookMs - exchangeMs),
      failed: recoveries.reduce((sum, { failed }) => sum + failed, 0),
      tokenCalls: xai.refreshCalls - callsBefore,
      commands: (await this.#commands()) - commandsBefore - 1,
      isSignedIn: xai.families.at(-1)?.revoked === false,
    };
  }

  /** What a request pays for its token while nothing is wrong, in nanoseconds. */
  async read(): Promise<z.infer<typeof readSchema>> {
    const [child] = this.#children;
    if (child === undefined) throw new Error('there is no process');
    return child.ask('read', null, readSchema);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }

  async #signIn(tokens: { access_token: string; refresh_token: string }): Promise<void> {
    const imported = {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
      expiresInMs: 6 * 3_600_000,
    };
    await this.#children[0]?.ask('signIn', imported, z.number());
    for (const child of this.#children) await child.ask('reload', null, z.unknown());
  }

  async #commands(): Promise<number> {
    return Number(/total_commands_processed:(\d+)/.exec(await this.redis.info('stats'))?.[1]);
  }
}

/** An API that says 403 to the tokens in `refused` and 200 to all others, as cheaply as can be. */
async function serveApi(
  refused: ReadonlySet<string>,
  stack: AsyncDisposableStack,
): Promise<string> {
  const server = createServer(({ headers }, response) => {
    const token = headers.authorization?.slice('Bearer '.length) ?? '';
    response.writeHead(refused.has(token) ? 403 : 200).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  stack.defer(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/`;
}
