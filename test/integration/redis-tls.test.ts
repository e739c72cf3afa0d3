import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { RedisConnections } from '../../src/redis/connection.ts';
import { readDurability } from '../../src/redis/durability.ts';
import { freePort, TestRedis } from '../redis-server.ts';

const log = pino({ level: 'silent' });
const folder = mkdtempSync(join(tmpdir(), 'grok-bridge-tls-'));
const file = (name: string) => join(folder, name);
let server: TestRedis;
let port: number;

/** An authority of the test's own, and a certificate for `localhost` that it has signed. */
function certify(): void {
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'ignore' });
  const key = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    file('ca.key'),
    '-out',
    file('ca.pem'),
    '-subj',
    '/CN=Test authority',
  );
  openssl(
    'req',
    ...key.slice(0, 3),
    '-keyout',
    file('redis.key'),
    '-out',
    file('redis.csr'),
    '-subj',
    '/CN=localhost',
  );
  writeFileSync(file('names'), 'subjectAltName=DNS:localhost');
  openssl(
    'x509',
    '-req',
    '-in',
    file('redis.csr'),
    '-CA',
    file('ca.pem'),
    '-CAkey',
    file('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    file('names'),
    '-out',
    file('redis.pem'),
  );
}

beforeAll(async () => {
  certify();
  port = await freePort();
  const tls = {
    'tls-port': String(port),
    'tls-cert-file': file('redis.pem'),
    'tls-key-file': file('redis.key'),
    'tls-ca-cert-file': file('ca.pem'),
    'tls-auth-clients': 'no',
    requirepass: 'secret',
    'rename-command': 'CONFIG ""',
  };
  const words = Object.entries(tls).flatMap(([key, value]) => `--${key} ${value}`.split(' '));
  server = await TestRedis.start(...words);
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

describe('a Redis with TLS, as managed ones are', () => {
  it('is used when its authority is known, by every connection; whether it is durable it does not say', async () => {
    const ca = readFileSync(file('ca.pem'), 'utf8');
    await using connections = new RedisConnections(`rediss://:secret@localhost:${port}`, log, {
      ca,
    });
    const redis = await connections.connect('test');
    await redis.set('written', 'by TLS');
    const blocking = redis.duplicate();
    expect(await blocking.get('written')).toBe('by TLS');
    blocking.disconnect();
    expect(await readDurability(redis)).toEqual({ kind: 'unknown' });
  });

  it.each([
    ['whose authority is unknown', 'localhost', undefined],
    ['under a name that is not in its certificate', '127.0.0.1', 'ca.pem'],
  ])('%s is refused at once, in words', async (_what, host, authority) => {
    const ca = authority === undefined ? undefined : readFileSync(file(authority), 'utf8');
    await using connections = new RedisConnections(`rediss://:secret@${host}:${port}`, log, { ca });
    const beganAtMs = performance.now();
    await expect(connections.connect('test')).rejects.toThrow(/certificate|altnames/);
    expect(performance.now() - beganAtMs).toBeLessThan(3_000);
  });
});
