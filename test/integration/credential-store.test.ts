import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { makeKey, parseKeyRing } from '../../src/credentials/key-ring.ts';
import type { TestRedis } from '../redis-server.ts';
import { deploymentForEach } from './credential-deployment.ts';
import { type Fleet, imported, never, request, stale } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let redis: TestRedis;
let server: TokenServer;
let fleet: Fleet;
deploymentForEach(TokenServer, (made) => {
  ({ redis, server, fleet } = made);
});

async function admin() {
  const connection = await fleet.connect();
  return { connection, rec: `{${fleet.prefix}}:cred:default:rec` };
}

describe('the sealing keys', () => {
  test('that are wrong refuse the start and change nothing', async () => {
    const { connection, rec } = await admin();
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
    const { connection } = await admin();
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
    const { connection } = await admin();
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
    const { connection } = await admin();
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
  const { connection } = await admin();
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
