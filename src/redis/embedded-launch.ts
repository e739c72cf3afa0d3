import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { BridgeError } from '../errors.ts';

export interface LaunchedRedis {
  readonly kind: 'redis-server' | 'stand-in';
  readonly pid: number;
  readonly port: number;
}

/**
 * Starts a Redis that outlives this process, on a free loopback port: `redis-server` from the PATH
 * (AOF, noeviction, hz 100), else the stand-in. It may still be loading its data.
 * @throws {BridgeError} `REDIS_EMBEDDED_FAILED`
 */
export async function launchRedis(folder: string, password: string): Promise<LaunchedRedis> {
  const port = await freePort();
  const server = await spawnDetached('redis-server', ['-']);
  if (server !== undefined) {
    server.stdin?.end(configuration(folder, port, password));
    return { kind: 'redis-server', pid: pidOf(server), port };
  }
  const standIn = await spawnDetached(process.execPath, [
    fileURLToPath(new URL('stand-in.ts', import.meta.url)),
    String(port),
  ]);
  if (standIn === undefined) {
    throw new BridgeError('REDIS_EMBEDDED_FAILED', 'Neither redis-server nor its stand-in starts.');
  }
  standIn.stdin?.destroy();
  return { kind: 'stand-in', pid: pidOf(standIn), port };
}

/** By standard input, so that the password is in no process list. */
function configuration(folder: string, port: number, password: string): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    `dir ${JSON.stringify(folder)}`,
    `logfile ${JSON.stringify(join(folder, 'redis.log'))}`,
    'appendonly yes',
    'appendfsync always',
    'save ""',
    'maxmemory-policy noeviction',
    'hz 100',
    '',
  ].join('\n');
}

/** Of a process group of its own: what ends ours does not end it. Undefined: no such program. */
async function spawnDetached(
  program: string,
  words: readonly string[],
): Promise<ChildProcess | undefined> {
  const child = spawn(program, [...words], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  try {
    await once(child, 'spawn');
  } catch {
    return undefined;
  }
  child.on('error', () => undefined);
  child.stdin?.on('error', () => undefined);
  child.unref();
  return child;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new BridgeError('REDIS_EMBEDDED_FAILED', 'No loopback port is to be had.');
  }
  return address.port;
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) {
    throw new BridgeError('REDIS_EMBEDDED_FAILED', 'The Redis process ended at once.');
  }
  return child.pid;
}
