import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';

import { makeKey } from '../../src/credentials/key-ring.ts';
import { TestRedis } from '../redis-server.ts';
import { age, quick, until } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let redis: TestRedis;
let server: TokenServer;
let dataDir: string;
let admin: Redis;
const keys = makeKey('k1');
const children: ChildProcess[] = [];
const state = z.object({
  state: z.string(),
  generation: z.number(),
  secret: z.string().optional(),
});

beforeEach(async () => {
  redis = await TestRedis.start('--appendfsync', 'always');
  server = await TokenServer.start();
  dataDir = await mkdtemp(join(tmpdir(), 'grok-bridge-faults-'));
  admin = new Redis(redis.url, { retryStrategy: () => 50 });
  admin.on('error', () => undefined);
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  admin.disconnect();
  await server[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
});

async function launch({ skewMs = 0, stopAfter = '' } = {}): Promise<ChildProcess> {
  const { url } = redis;
  const { issuer } = server;
  const words = { url, prefix: 'faults', dataDir, keys, issuer, skewMs, stopAfter };
  const program = new URL('./credential-process.ts', import.meta.url);
  const child = fork(program, [JSON.stringify(words)], { stdio: 'inherit' });
  children.push(child);
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error('a process did not start')),
  );
  await Promise.race([once(child, 'message'), ended]);
  ended.catch(() => undefined);
  return child;
}

async function tell(child: ChildProcess, asked: object): Promise<unknown> {
  const answered = once(child, 'message');
  child.send(asked);
  const [raw]: unknown[] = await answered;
  const { value, error } = z
    .object({ value: z.unknown().optional(), error: z.string().optional() })
    .parse(raw);
  if (error !== undefined) throw new Error(error);
  return value;
}

async function stateOf(child: ChildProcess) {
  return state.parse(await tell(child, { do: 'state' }));
}

/** A process with a sign-in that is due, its refresh at the server, whose answer is held back. */
async function midExchange() {
  const owner = await launch();
  await tell(owner, { do: 'sign-in', ...server.tokens });
  await age(admin, 'faults', 'default', 3_000_000);
  await tell(owner, { do: 'state' });
  const held = Promise.withResolvers<void>();
  server.hold = held.promise;
  const arrived = server.arrival();
  const run = tell(owner, { do: 'due' });
  run.catch(() => undefined);
  await arrived;
  return { owner, run, release: held.resolve };
}

describe('processes', () => {
  test('that all meet the refusal at once make one token call', async () => {
    const fleet = await Promise.all([1, 2, 3, 4].map(async () => launch()));
    const [first] = fleet;
    if (first === undefined) throw new Error('no process');
    await tell(first, { do: 'sign-in', ...server.tokens });
    await Promise.all(fleet.map(async (child) => tell(child, { do: 'state' })));
    const asked = fleet.map(async (child) => tell(child, { do: 'refuse', requests: 100 }));
    expect(await Promise.all(asked)).toEqual(fleet.map(() => ['again']));
    expect(server.totalSends).toBe(1);
  });

  test('whose clocks are a day off decide nothing differently', async () => {
    const day = 24 * 3_600_000;
    const fleet = await Promise.all([day, -day, 0].map(async (skewMs) => launch({ skewMs })));
    for (const child of fleet) {
      await tell(child, { do: 'sign-in', ...server.signIn() });
      await tell(child, { do: 'due' });
      expect(server.totalSends).toBe(0);
    }
    await age(admin, 'faults', 'default', 3_000_000);
    await Promise.all(fleet.map(async (child) => tell(child, { do: 'state' })));
    await Promise.all(fleet.map(async (child) => tell(child, { do: 'due' })));
    expect(server.totalSends).toBe(1);
    for (const child of fleet) expect((await stateOf(child)).secret).toBe(server.tokens.access);
  });
});

describe('an owner in the middle of its exchange', () => {
  test('killed with -9 leaves a parked credential, served and not sent again', async () => {
    const { owner, release } = await midExchange();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    release();
    const heir = await launch();
    await until(async () => (await stateOf(heir)).state === 'ambiguous');
    await tell(heir, { do: 'due' });
    const { state: now, secret, generation } = await stateOf(heir);
    expect([now, generation]).toEqual(['ambiguous', 1]);
    expect(secret).toBeDefined();
    expect(server.totalSends).toBe(1);
  });

  test('killed with -9 after the answer is on disk loses nothing: the next start commits it', async () => {
    const { owner, release } = await midExchange();
    process.kill(redis.pid, 'SIGSTOP');
    release();
    await until(async () => {
      const files = await readdir(join(dataDir, 'spill'));
      const spill = files.find((file) => file.endsWith('.spill'));
      if (spill === undefined) return false;
      return (await readFile(join(dataDir, 'spill', spill), 'latin1')).includes('1|k1|');
    });
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    process.kill(redis.pid, 'SIGCONT');
    const heir = await launch();
    expect(await stateOf(heir)).toEqual({
      state: 'active',
      generation: 2,
      secret: server.tokens.access,
    });
    expect(server.totalSends).toBe(1);
  });

  test('stopped for longer than its lease is not overtaken, and its late answer counts', async () => {
    const { owner, run, release } = await midExchange();
    owner.kill('SIGSTOP');
    await until(async () => (await admin.exists('{faults}:cred:default:lease')) === 0);
    const other = await launch();
    await tell(other, { do: 'due' });
    expect((await stateOf(other)).state).toBe('ambiguous');
    release();
    owner.kill('SIGCONT');
    expect(await run).toBe(1);
    await until(async () => (await stateOf(other)).generation === 2);
    expect((await stateOf(other)).secret).toBe(server.tokens.access);
    expect(server.totalSends).toBe(1);
  });

  test('commits to a Redis that was killed and came back meanwhile', async () => {
    const { owner, run, release } = await midExchange();
    await redis.kill();
    release();
    await redis.restart();
    expect(await run).toBe(1);
    expect(await stateOf(owner)).toEqual({
      state: 'active',
      generation: 2,
      secret: server.tokens.access,
    });
    expect(server.totalSends).toBe(1);
  });
});

/** A process whose refresh stands still at that reply of Redis, and what `due` will come to. */
async function stoppedAt(reply: 'WON' | 'SENT') {
  const owner = await launch({ stopAfter: reply });
  await tell(owner, { do: 'sign-in', ...server.tokens });
  await age(admin, 'faults', 'default', 3_000_000);
  await tell(owner, { do: 'state' });
  const peer = await launch();
  const run = tell(owner, { do: 'due' });
  run.catch(() => undefined);
  await until(async () => (await admin.hget(intentKey, 'phase')) === phases[reply]);
  return { owner, peer, run };
}

const phases = { WON: 'prepared', SENT: 'sent' } as const;
const intentKey = '{faults}:cred:default:intent';
const leaseKey = '{faults}:cred:default:lease';

describe('an owner that has not sent yet', () => {
  test('killed with -9 is followed by a peer within a second of its lease, and there is one send', async () => {
    const { owner, peer } = await stoppedAt('WON');
    owner.kill('SIGKILL');
    expect(await tell(peer, { do: 'due' })).toBe(1);
    expect((await stateOf(peer)).secret).toBe(server.tokens.access);
    expect(server.totalSends).toBe(1);
    const [first, second] = await begins();
    expect(second - first).toBeLessThan((quick.leaseMs ?? 0) + 1_000);
  });

  test('stopped after it wrote “sent” looks again when it goes on, and sends nothing if it may not', async () => {
    const { owner, peer, run } = await stoppedAt('SENT');
    await until(async () => (await admin.exists(leaseKey)) === 0);
    await tell(peer, { do: 'due' });
    expect((await stateOf(peer)).state).toBe('ambiguous');
    expect(server.totalSends).toBe(0);
    owner.kill('SIGCONT');
    await run;
    await until(async () => {
      await tell(peer, { do: 'due' });
      return (await stateOf(peer)).generation === 2;
    });
    expect(server.totalSends).toBe(1);
    expect(server.revoked).toBe(false);
  });

  test('stopped until a peer sent in its place sends nothing when it goes on', async () => {
    const { owner, peer, run } = await stoppedAt('SENT');
    await until(async () => (await admin.exists(leaseKey)) === 0);
    await age(admin, 'faults', 'default', 600_000);
    await until(async () => {
      await tell(peer, { do: 'due' });
      return (await stateOf(peer)).generation === 2;
    });
    owner.kill('SIGCONT');
    await run;
    expect((await stateOf(owner)).secret).toBe(server.tokens.access);
    expect(server.totalSends).toBe(1);
  });
});

/** When refreshes began, by Redis' clock. */
async function begins(): Promise<[number, number]> {
  const entries = await admin.xrange('{faults}:cred:default:hist', '-', '+');
  const times = entries.flatMap(([id, fields]) => (fields.includes('begin') ? [id] : []));
  return z.tuple([z.number(), z.number()]).parse(times.map((id) => Number(id.split('-', 1)[0])));
}
