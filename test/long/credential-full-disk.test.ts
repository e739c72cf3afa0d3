import { spawnSync } from 'node:child_process';
import { mkdtemp, open, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type TestContext, describe, expect, test } from 'vitest';

import { Fleet, imported, never, request, stale, until } from '../integration/credential-model.ts';
import { TokenServer } from '../integration/credential-server.ts';
import { TestRedis } from '../redis-server.ts';

/** A file system of its own with little room, as DATA_DIR. Mounting one takes root. */
class SmallDisk implements AsyncDisposable {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async mount(skip: TestContext['skip']): Promise<SmallDisk> {
    const folder = await mkdtemp(join(tmpdir(), 'grok-bridge-disk-'));
    const words = ['-t', 'tmpfs', '-o', 'size=256k,mode=700', 'tmpfs', folder];
    const { status, stderr, error } = spawnSync('mount', words, { encoding: 'utf8' });
    if (status !== 0) {
      await rm(folder, { recursive: true });
      skip(`a file system of 256 kB cannot be mounted here: ${error?.message ?? stderr.trim()}`);
    }
    return new SmallDisk(folder);
  }

  /** Writes until there is no room for another byte. */
  async fill(): Promise<void> {
    await using file = await open(join(this.folder, 'filler'), 'w');
    const full: unknown = await (async () => {
      for (;;) await file.appendFile(Buffer.alloc(4_096));
    })().catch((error: unknown) => error);
    expect(full).toMatchObject({ code: 'ENOSPC' });
  }

  async free(): Promise<void> {
    await rm(join(this.folder, 'filler'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    spawnSync('umount', [this.folder]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

describe('with a full disk under DATA_DIR', () => {
  test('a scheduled refresh is put off, one that somebody waits for goes on with an alert, and room brings both back', async ({
    skip,
  }) => {
    await using disk = await SmallDisk.mount(skip);
    await using redis = await TestRedis.start();
    await using server = await TokenServer.start();
    await using fleet = await Fleet.make(redis.url, server.issuer);
    const service = await fleet.process({ dataDir: disk.folder });
    await service.signIn('default', imported(server.tokens));
    await disk.fill();
    await fleet.processRefresh(service);
    expect(server.totalSends).toBe(0);
    expect(fleet.of('refresh-deferred')).toMatchObject([{ why: 'spill' }]);
    const session = service.begin(request);
    expect(await session.refused(await session.acquire(never), stale, never)).toBe('again');
    expect(server.totalSends).toBe(1);
    expect(JSON.stringify(fleet.of('alert'))).toContain('ENOSPC');
    await disk.free();
    await until(async () => {
      await fleet.processRefresh(service);
      return server.totalSends === 2;
    });
    expect((await service.status())[0]).toMatchObject({ state: 'active', generation: 3 });
    expect(server.reuses).toBe(0);
  });

  test('an answer has the room that was made for it before the token left', async ({ skip }) => {
    await using disk = await SmallDisk.mount(skip);
    await using redis = await TestRedis.start();
    await using server = await TokenServer.start();
    await using fleet = await Fleet.make(redis.url, server.issuer);
    const service = await fleet.process({ dataDir: disk.folder, timings: { storeMs: 200 } });
    await service.signIn('default', imported(server.tokens));
    const held = Promise.withResolvers<void>();
    server.hold = held.promise;
    const arrived = server.arrival();
    const session = service.begin(request);
    const advice = session.refused(await session.acquire(never), stale, never);
    await arrived;
    await disk.fill();
    await redis.kill();
    held.resolve();
    await until(() => fleet.of('commit-delayed').length > 0);
    const folder = join(disk.folder, 'spill');
    const file = (await readdir(folder)).find((name) => name.endsWith('.spill')) ?? '';
    expect(await readFile(join(folder, file), 'latin1')).toContain('1|k1|');
    await redis.restart();
    expect(await advice).toBe('again');
    expect(server.totalSends).toBe(1);
  });
});
