import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { RedisConnections } from '../../src/redis/connection.ts';
import { readDurability, requireDurable } from '../../src/redis/durability.ts';
import { EmbeddedRedis } from '../../src/redis/embedded.ts';
import { TestRedis } from '../redis-server.ts';

const log = pino({ level: 'silent' });
let dataDir = '';

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'grok-bridge-embedded-'));
});

afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

describe('the embedded Redis', () => {
  it('keeps what it was told over a restart, and is durable', async () => {
    await withEmbedded(async (url) => {
      await using connections = new RedisConnections(url, log);
      const redis = await connections.connect('test');
      await redis.set('fact', 'kept');
      expect(await readDurability(redis)).toEqual({ kind: 'durable', writesFirst: true });
    });
    await withEmbedded(async (url) => {
      await using connections = new RedisConnections(url, log);
      const redis = await connections.connect('test');
      expect(await redis.get('fact')).toBe('kept');
    });
  });

  it('is adopted when its process was left behind, and stopped by the last to leave', async () => {
    const orphan = await EmbeddedRedis.open({ dataDir, clock: systemClock, log });
    const adopted = await EmbeddedRedis.open({ dataDir, clock: systemClock, log });
    expect(adopted.url).toBe(orphan.url);
    expect(adopted.isOurs).toBe(true);
    await adopted[Symbol.asyncDispose]();
    await using connections = new RedisConnections(orphan.url, log);
    await expect(connections.connect('test')).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
  });

  it('asks for a password that is in no process list', async () => {
    await withEmbedded(async (url) => {
      const open = new URL(url);
      open.password = '';
      await using connections = new RedisConnections(open.href, log);
      await expect(connections.connect('test')).rejects.toMatchObject({
        code: 'REDIS_UNREACHABLE',
      });
    });
  });
});

describe('a Redis from outside', () => {
  it('is refused when it would lose data, with words that say how to mend it', async () => {
    await using server = await TestRedis.start('--appendonly', 'no');
    await using connections = new RedisConnections(server.url, log);
    const redis = await connections.connect('test');
    await expect(requireDurable(redis, { allowVolatile: false, log })).rejects.toMatchObject({
      code: 'REDIS_VOLATILE',
      message: expect.stringContaining('--appendonly yes'),
    });
    await expect(requireDurable(redis, { allowVolatile: true, log })).resolves.toMatchObject({
      kind: 'volatile',
    });
  });

  it('that acknowledges before it writes is taken, with a warning of what a crash costs', async () => {
    await using server = await TestRedis.start('--appendfsync', 'everysec');
    await using connections = new RedisConnections(server.url, log);
    const redis = await connections.connect('test');
    const lines: string[] = [];
    const recorded = pino({ level: 'warn' }, { write: (line) => lines.push(line) });
    expect(await requireDurable(redis, { allowVolatile: false, log: recorded })).toEqual({
      kind: 'durable',
      writesFirst: false,
    });
    expect(lines).toEqual([expect.stringContaining('set appendfsync to `always`')]);
  });

  it('that goes away is reported once, and once again when it is back', async () => {
    await using server = await TestRedis.start();
    const said: string[] = [];
    const failures: string[] = [];
    const recorded = pino(
      { level: 'debug' },
      {
        write: (line) => {
          const { level, msg } = JSON.parse(line) as { level: number; msg: string };
          if (level >= 30) said.push(msg);
          else failures.push(msg);
        },
      },
    );
    await using connections = new RedisConnections(server.url, recorded);
    const redis = await connections.connect('test');
    await server.kill();
    await expect.poll(() => failures.length, { timeout: 10_000 }).toBeGreaterThan(2);
    await server.restart();
    await redis.ping();
    expect(said).toEqual(['redis connection failed', 'redis connection is back']);
  });

  it('that is not there is named without its password', async () => {
    await using server = await TestRedis.start();
    await server.kill();
    const url = `redis://:hunter2@127.0.0.1:${server.port}`;
    await using connections = new RedisConnections(url, log);
    const refusal = connections.connect('test');
    await expect(refusal).rejects.toThrow(`127.0.0.1:${server.port}`);
    await expect(refusal).rejects.not.toThrow('hunter2');
  });
});

async function withEmbedded(use: (url: string) => Promise<void>): Promise<void> {
  await using embedded = await EmbeddedRedis.open({ dataDir, clock: systemClock, log });
  await use(embedded.url);
}
