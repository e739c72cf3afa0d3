import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { makeKey, parseKeyRing } from '../../src/credentials/key-ring.ts';
import { CredentialKeys } from '../../src/credentials/keys.ts';
import { RedisCredentials } from '../../src/credentials/redis-store.ts';
import { RedisTime } from '../../src/credentials/redis-time.ts';
import { CredentialScripts } from '../../src/credentials/scripts.ts';
import { timings } from '../../src/credentials/timings.ts';
import { TestRedis } from '../redis-server.ts';
import { Fleet, TokenServer, age, imported, never, request, stale } from './credential-model.ts';

let redis: TestRedis;
let server: TokenServer;
let fleet: Fleet;

beforeAll(async () => {
  redis = await TestRedis.start();
});
afterAll(async () => redis[Symbol.asyncDispose]());
beforeEach(async () => {
  server = await TokenServer.start();
  fleet = await Fleet.make(redis.url, server.issuer);
});
afterEach(async () => {
  await fleet[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

async function store() {
  const connection = await fleet.connect();
  const keys = new CredentialKeys(fleet.prefix);
  const limits = timings();
  const scripts = new CredentialScripts(connection, keys, new RedisTime(systemClock), 2_000);
  const rec = `{${fleet.prefix}}:cred:default:rec`;
  return { connection, store: new RedisCredentials(scripts, limits), rec };
}

const minted = { at_ct: 'x', rt_ct: 'y', at_fp: 'a2', rt_fp: 'r2', exp_ms: 9e12, due_ms: 8e12 };

describe('a commit', () => {
  test('is refused when the epoch, the generation or the spent token is another', async () => {
    const { store: s, connection, rec } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const before = await connection.hgetall(rec);
    const fence = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
    const print = before['rt_fp'] ?? '';
    expect((await s.commit({ ...fence, epoch: 0 }, print, minted)).kind).toBe('stale');
    expect((await s.commit({ ...fence, epoch: 2 }, print, minted)).kind).toBe('stale');
    expect((await s.commit({ ...fence, generation: 0 }, print, minted)).kind).toBe('stale');
    expect((await s.commit({ ...fence, generation: 2 }, print, minted)).kind).toBe('stale');
    expect((await s.commit(fence, 'another', minted)).kind).toBe('stale');
    expect(await connection.hgetall(rec)).toEqual(before);
    expect((await s.commit(fence, print, minted)).kind).toBe('ok');
    expect((await s.commit({ ...fence, attempt: 'b' }, print, minted)).kind).toBe('stale');
  });

  test('applied twice is applied once', async () => {
    const { store: s, connection, rec } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const print = (await connection.hget(rec, 'rt_fp')) ?? '';
    const fence = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
    await s.begin(fence, 'reactive', 'o');
    await s.begin(fence, 'reactive', 'o');
    expect(await s.sent(fence)).not.toBeNull();
    expect(await s.sent(fence)).not.toBeNull();
    await s.commit(fence, print, minted);
    const once = await connection.hgetall(rec);
    expect((await s.commit(fence, print, minted)).kind).toBe('ok');
    expect(await connection.hgetall(rec)).toEqual(once);
    const budget = await connection.hgetall(`{${fleet.prefix}}:cred:default:budget`);
    expect(Object.keys(budget)).toEqual(['m:2']);
  });
});

describe('an intent', () => {
  test('that says sent outlives its lease: nobody may send, nobody may begin', async () => {
    const { store: s, connection } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const first = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
    const second = { ...first, attempt: 'b' };
    expect((await s.begin(first, 'reactive', 'o')).kind).toBe('won');
    expect((await s.begin(second, 'reactive', 'o')).kind).toBe('busy');
    await s.sent(first);
    await connection.del(`{${fleet.prefix}}:cred:default:lease`);
    expect(await s.sent(first)).toBeNull();
    expect((await s.begin(second, 'reactive', 'o')).kind).toBe('ambiguous');
    expect(await s.sent(second)).toBeNull();
    expect((await s.resolve(second, 'a', 'o', 'stranger', 0)).kind).toBe('parked');
  });

  test('that was only prepared is taken over when its lease has ended', async () => {
    const { store: s, connection } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const first = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
    await s.begin(first, 'reactive', 'o');
    await connection.del(`{${fleet.prefix}}:cred:default:lease`);
    expect((await s.begin({ ...first, attempt: 'b' }, 'reactive', 'o')).kind).toBe('won');
    expect(await s.sent(first)).toBeNull();
  });

  test('that Redis forgot is written again by the owner’s next sign of life', async () => {
    const { store: s, connection } = await store();
    await (await fleet.process({ tool: true })).signIn('default', imported(server.tokens));
    const first = { name: 'default', epoch: 1, generation: 1, attempt: 'a' };
    await s.begin(first, 'reactive', 'o');
    const sentAt = (await s.sent(first)) ?? 0;
    const keys = ['intent', 'lease'].map((part) => `{${fleet.prefix}}:cred:default:${part}`);
    await connection.del(...keys);
    expect(await s.renew(first, 'o', 'sent', sentAt, 'reactive')).toBe(true);
    expect((await s.begin({ ...first, attempt: 'b' }, 'reactive', 'o')).kind).toBe('busy');
  });

  test('of a re-send that never left is taken up again, and is still the only one', async () => {
    const { store: s, connection } = await store();
    const tool = await fleet.process({ tool: true });
    await tool.signIn('default', imported(server.tokens, 1_000_000));
    const at = (attempt: string) => ({ name: 'default', epoch: 1, generation: 1, attempt });
    const lease = `{${fleet.prefix}}:cred:default:lease`;
    await s.begin(at('a'), 'reactive', 'o');
    await s.sent(at('a'));
    await connection.del(lease);
    await age(connection, fleet.prefix, 'default', 2_000_000);
    expect((await s.resolve(at('b'), 'a', 'o', 'stranger', 0)).kind).toBe('won');
    await connection.del(lease);
    expect((await s.begin(at('c'), 'mandatory', 'o')).kind).toBe('ambiguous');
    expect((await s.resolve(at('c'), 'b', 'o', 'stranger', 0)).kind).toBe('won');
    expect(await s.sent(at('b'))).toBeNull();
    expect(await s.sent(at('c'))).not.toBeNull();
    await connection.del(lease);
    await age(connection, fleet.prefix, 'default', 100_000);
    expect((await s.resolve(at('d'), 'c', 'o', 'stranger', 0)).kind).toBe('spent');
    expect(await connection.hget(`{${fleet.prefix}}:cred:default:rec`, 'st')).toBe('quarantined');
  });
});

describe('the sealing keys', () => {
  test('that are wrong refuse the start and change nothing', async () => {
    const { connection, rec } = await store();
    const first = await fleet.process();
    await first.signIn('default', imported(server.tokens));
    await first[Symbol.asyncDispose]();
    const before = await connection.dump(rec);
    const folder = join(fleet.dataDir, 'spill');
    const files = await readdir(folder);
    const wrong = parseKeyRing(makeKey('k1'));
    await expect(fleet.process({ ring: wrong })).rejects.toMatchObject({
      code: 'CREDENTIAL_KEY_WRONG',
    });
    await expect(fleet.process({ ring: parseKeyRing(makeKey('k2')) })).rejects.toMatchObject({
      code: 'CREDENTIAL_KEY_WRONG',
    });
    await expect(fleet.process({ ring: null })).rejects.toMatchObject({
      code: 'CREDENTIAL_KEY_MISSING',
    });
    expect(await connection.dump(rec)).toEqual(before);
    expect(await readdir(folder)).toEqual(files);
    expect(server.totalSends).toBe(0);
  });

  test('rotate: a new first key opens what is there and seals what comes', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens));
    const line = makeKey('k2');
    const both = parseKeyRing([line, ringLine(fleet)].join(','));
    const next = await fleet.process({ ring: both });
    expect((await next.status())[0]?.sealedWith).toEqual(['k1']);
    const session = next.begin(request);
    const token = await session.acquire(never);
    expect(await session.refused(token, stale, never)).toBe('again');
    expect((await next.status())[0]?.sealedWith).toEqual(['k2']);
    const alone = await fleet.process({ ring: parseKeyRing(line) });
    expect((await alone.begin(request).acquire(never)).secret).toBe(server.tokens.access);
  });

  test('open a token nowhere but where it was sealed', async () => {
    const { connection } = await store();
    const service = await fleet.process();
    await service.signIn('one', imported(server.tokens));
    await service.signIn('two', imported({ access: 'at-canary-2', refresh: 'rt-canary-2' }));
    const rec = (name: string) => `{${fleet.prefix}}:cred:${name}:rec`;
    const moved = await connection.hget(rec('one'), 'at_ct');
    await connection.hset(rec('two'), 'at_ct', moved ?? '');
    await expect(fleet.process()).rejects.toMatchObject({ code: 'CREDENTIAL_KEY_WRONG' });
  });
});

describe('a sign-in', () => {
  test('of the same name raises the epoch', async () => {
    const service = await fleet.process({ tool: true });
    expect(await service.signIn('default', imported(server.tokens))).toBe(1);
    expect(await service.signIn('default', imported(server.tokens))).toBe(2);
  });

  test('outlives a Redis that keeps nothing, by its sealed copy', async () => {
    const { connection } = await store();
    const tool = await fleet.process({ tool: true });
    await tool.signIn('default', imported(server.tokens));
    await connection.flushall();
    const service = await fleet.process();
    expect((await service.begin(request).acquire(never)).secret).toBe(server.tokens.access);
    expect(fleet.of('restored')).toHaveLength(1);
    await connection.flushall();
    expect(await tool.signIn('default', imported(server.tokens))).toBe(2);
  });

  test('whose copy does not open refuses the start where Redis has nothing', async () => {
    const { connection } = await store();
    const tool = await fleet.process({ tool: true });
    await tool.signIn('default', imported(server.tokens));
    await connection.flushall();
    const copy = join(fleet.dataDir, 'spill', 'default.last.bin');
    const bytes = await readFile(copy);
    await expect(fleet.process({ ring: parseKeyRing(makeKey('k1')) })).rejects.toMatchObject({
      code: 'CREDENTIAL_KEY_WRONG',
    });
    expect(await readFile(copy)).toEqual(bytes);
    await writeFile(copy, 'garbage');
    await expect(fleet.process()).rejects.toMatchObject({ code: 'CREDENTIAL_KEY_WRONG' });
  });

  test('that was removed does not come back from its copy', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens));
    const copy = join(fleet.dataDir, 'spill', 'default.last.bin');
    const bytes = await readFile(copy);
    await service.remove('default');
    await writeFile(copy, bytes);
    const next = await fleet.process();
    expect(await next.status()).toEqual([]);
  });

  test.each(['', 'api-key', 'pool', 'A', 'a b', '../x', 'a:b', 'a|b'])(
    'may not be called "%s"',
    async (name) => {
      const tool = await fleet.process({ tool: true });
      await expect(tool.signIn(name, imported(server.tokens))).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
      });
    },
  );
});

test('no token is in Redis, in a file, in an event or in an error in plain', async () => {
  const { connection } = await store();
  const errors: unknown[] = [];
  const service = await fleet.process({ apiKey: 'xai-canary-key' });
  await service.signIn('default', imported(server.tokens));
  for (const plan of [{ kind: 'ok' }, { kind: 'lost-after' }] as const) {
    server.plan.push(plan);
    const session = service.begin(request);
    const token = await session.acquire(never);
    await session.refused(token, stale, never);
    await session.acquire(never).catch((error: unknown) => errors.push(error));
  }
  await connection.config('SET', 'appendfsync', 'always');
  await connection.set('written', 'now');
  const log = join(redis.folder, 'appendonlydir');
  const written = await Promise.all(
    (await readdir(log)).map(async (file) => readFile(join(log, file))),
  );
  const folder = join(fleet.dataDir, 'spill');
  const files = await Promise.all(
    (await readdir(folder)).map(async (file) => readFile(join(folder, file))),
  );
  const texts = [...written, ...files].map((bytes) => bytes.toString('latin1'));
  const said = JSON.stringify([fleet.events, await service.status(), errors.map(String)]);
  expect(texts.join('')).toContain(fleet.prefix);
  expect(files.length).toBeGreaterThan(0);
  for (const text of [...texts, said]) expect(text).not.toContain('canary');
});

function ringLine(of: Fleet): string {
  return `${of.ring.active.id}:${of.ring.active.bytes.toString('base64')}`;
}
