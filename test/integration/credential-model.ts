import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Redis } from 'ioredis';

import type { CredentialServiceOptions } from '../../src/credentials/assemble.ts';
import type { CredentialEvent } from '../../src/credentials/events.ts';
import { makeKey, parseKeyRing } from '../../src/credentials/key-ring.ts';
import { CredentialService } from '../../src/credentials/service.ts';
import type { CredentialTimings } from '../../src/credentials/timings.ts';
import type { TokenClassifier } from '../../src/credentials/verdict.ts';
import { around, scriptCalls } from './credential-around.ts';

/** A classifier of the shape the roles hand in, enough for the bodies of this model. */
export const classify: TokenClassifier = ({ status, body }) => {
  if (status === 200) return { class: 'ok' };
  if (body.includes('"invalid_grant"')) return { class: 'dead-grant' };
  if (body.includes('"invalid_client"')) return { class: 'client-rejected' };
  return { class: status === 403 ? 'tier-denied' : 'transient' };
};

/** Timings of a tenth of a second where the real ones are many; the order among them is the same. */
export const quick: Partial<CredentialTimings> = {
  leaseMs: 400,
  renewMs: 100,
  connectMs: 400,
  exchangeMs: 1_200,
  maxHoldMs: 1_500,
  retryWindowMs: 1_000,
  strangerResendMs: 1_500,
  resendHoldMs: 300,
  reconnectHoldMs: 250,
  restoreHoldMs: 150,
  sentToWriteMs: 300,
  guardMs: 0,
  guardWaitsMs: [],
  pollMinMs: 20,
  pollMaxMs: 60,
  antiEntropyMs: 200,
  spillScanMs: 200,
  commitRetryMinMs: 20,
  commitRetryMaxMs: 100,
  storeMs: 2_000,
  callerMs: 5_000,
  drainMs: 2_000,
};

/** A deployment: its Redis connections, its data folder, its services, everything ended together. */
export class Fleet implements AsyncDisposable {
  readonly ring = parseKeyRing(makeKey('k1'));
  readonly events: CredentialEvent[] = [];
  readonly dataDir: string;
  readonly #url: string;
  readonly #issuer: string;
  readonly #connections: Redis[] = [];
  readonly #services = new Set<CredentialService>();
  #started = 0;
  readonly prefix = `t-${randomUUID().slice(0, 8)}`;

  private constructor(url: string, issuer: string, dataDir: string) {
    this.#url = url;
    this.#issuer = issuer;
    this.dataDir = dataDir;
  }

  static async make(url: string, issuer: string): Promise<Fleet> {
    return new Fleet(url, issuer, await mkdtemp(join(tmpdir(), 'grok-bridge-data-')));
  }

  async connect(): Promise<Redis> {
    const redis = new Redis(this.#url, { lazyConnect: true, retryStrategy: () => 50 });
    redis.on('error', () => undefined);
    this.#connections.push(redis);
    await redis.connect();
    return redis;
  }

  /** Starts a service with connections of its own, as a process would have. */
  async process(changes: Partial<CredentialServiceOptions> = {}): Promise<CredentialService> {
    const service = await CredentialService.start({
      redis: await this.connect(),
      subscriber: await this.connect(),
      prefix: this.prefix,
      dataDir: this.dataDir,
      ring: this.ring,
      issuer: this.#issuer,
      classify,
      owner: `p${this.#started}`,
      onEvent: (event) => this.events.push(event),
      ...changes,
      timings: { ...quick, ...changes.timings },
    });
    this.#started += 1;
    this.#services.add(service);
    return service;
  }

  /** A process that died is waited for no more. */
  bury(service: CredentialService): void {
    this.#services.delete(service);
    void service[Symbol.asyncDispose]();
  }

  /** Makes everything of the sign-in `default` due, though not over, and runs the scheduled refresh. */
  async processRefresh(service: CredentialService, name = 'default'): Promise<void> {
    const redis = await this.connect();
    await redis.hset(`{${this.prefix}}:cred:${name}:rec`, 'due_ms', 1);
    await service.reload();
    await service.refreshDue(never);
  }

  /** Every event of one kind. */
  of(kind: CredentialEvent['kind']): CredentialEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled([...this.#services].map(async (s) => s[Symbol.asyncDispose]()));
    for (const redis of this.#connections) redis.disconnect();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}

/** Makes `ms` pass for a stored credential: every time in its keys is moved back by that much. */
export async function age(redis: Redis, prefix: string, name: string, ms: number): Promise<void> {
  const key = (part: string) => `{${prefix}}:cred:${name}:${part}`;
  const [rec, intent, budget, left] = await Promise.all([
    redis.hgetall(key('rec')),
    redis.hgetall(key('intent')),
    redis.hgetall(key('budget')),
    redis.pttl(key('lease')),
  ]);
  const all = redis.multi();
  const move = (part: string, stored: Record<string, string>, fields: readonly string[]) => {
    for (const field of fields) {
      const value = Number(stored[field] ?? 0);
      if (value > 0) all.hset(key(part), field, value - ms);
    }
  };
  const times = ['exp_ms', 'iss_ms', 'due_ms', 'mand_ms', 'minted_ms', 'next_at', 'refreshed_at'];
  move('rec', rec, times);
  move('intent', intent, ['at', 'sent_at']);
  const mints = Object.keys(budget).filter((field) => field.startsWith('m:'));
  move('budget', budget, mints);
  if (left > ms) all.pexpire(key('lease'), Math.round(left - ms));
  else if (left > 0) all.del(key('lease'));
  await all.exec();
}

/**
 * A connection whose process dies at its `at`-th command once armed: before the command leaves, or
 * after Redis has done it and before the answer is seen. Everything later hangs, as for the dead.
 */
export function mortal(redis: Redis, at: number, when: 'before' | 'after') {
  const died = Promise.withResolvers<void>();
  const life = { armed: false, dead: false, commands: 0, at, when, died: died.promise };
  const forever = new Promise<never>(() => undefined);
  const deadly = [...scriptCalls, 'info', 'call', 'hgetall'];
  const connection = around(redis, deadly, async (run) => {
    if (life.dead) return forever;
    if (life.armed) life.commands += 1;
    if (!life.armed || life.commands !== life.at) return run();
    life.dead = true;
    if (life.when === 'after') await run();
    died.resolve();
    return forever;
  });
  return { connection, life };
}

/** A connection whose scripts run by way of `each`, which may do something before and after. */
export function scriptsOf(
  redis: Redis,
  each: (run: () => Promise<unknown>) => Promise<unknown>,
): Redis {
  return around(redis, scriptCalls, each);
}

/** The tokens of `server` in the form of an import. */
export function imported(tokens: { access: string; refresh: string }, expiresInMs = 21_600_000) {
  return { accessToken: tokens.access, refreshToken: tokens.refresh, expiresInMs };
}

export const request = { conversation: 'c1', model: 'grok-4.3', prompt: 'p1' };
export const stale = { class: 'bad-credentials', status: 403, streamed: false } as const;
export const never = new AbortController().signal;

/** Waits until `holds`, looking again at every turn of the loop; for what no event announces. */
export async function until(holds: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`did not come about within ${ms} ms`);
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, 10);
    await promise;
  }
}
