import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';

import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { launchRedis } from './embedded-launch.ts';
import { FolderLock } from './folder-lock.ts';

const noteSchema = z.object({
  v: z.literal(1).default(1),
  kind: z.enum(['redis-server', 'stand-in']),
  pid: z.number(),
  port: z.number(),
  password: z.string(),
});

type Note = z.infer<typeof noteSchema>;

export interface EmbeddedOptions {
  /** Files go to `<dataDir>/redis`. */
  readonly dataDir: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * A Redis of the program's own: `redis-server` from the PATH on loopback with an append-only file,
 * shared by all processes of one data folder. The first starts it, later ones (and the first after
 * a crash) adopt it, the last one to leave stops it. Where there is no `redis-server`, a stand-in
 * that keeps nothing.
 */
export class EmbeddedRedis implements AsyncDisposable {
  readonly #folder: string;
  readonly #note: Note;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** Whether no other process used it when we came: what is marked as under way is nobody's. */
  readonly isOurs: boolean;

  private constructor(folder: string, note: Note, isOurs: boolean, options: EmbeddedOptions) {
    this.#folder = folder;
    this.#note = note;
    this.#clock = options.clock;
    this.#log = options.log;
    this.isOurs = isOurs;
  }

  /** @throws {BridgeError} `REDIS_EMBEDDED_FAILED`, `RECORD_NEWER` */
  static async open(options: EmbeddedOptions): Promise<EmbeddedRedis> {
    const folder = resolve(options.dataDir, 'redis');
    mkdirSync(usersIn(folder), { recursive: true, mode: 0o700 });
    await using _lock = await FolderLock.acquire(join(folder, 'lock'), options.clock);
    const isOurs = othersIn(folder).length === 0;
    const running = readNote(folder);
    const note =
      running !== undefined && (await answers(running))
        ? running
        : await start(folder, running, options);
    writeFileSync(ownFile(folder), '', { mode: 0o600 });
    const how = note === running ? 'adopted' : 'started';
    options.log.info({ kind: note.kind, port: note.port, how }, 'embedded redis ready');
    if (note.kind === 'stand-in') {
      options.log.warn(
        'no redis-server on the PATH: queue and history are kept in memory and do not outlive this run',
      );
    }
    return new EmbeddedRedis(folder, note, isOurs, options);
  }

  get url(): string {
    return urlOf(this.#note);
  }

  /** False for the stand-in. */
  get isDurable(): boolean {
    return this.#note.kind === 'redis-server';
  }

  /** Stops it if no other process uses it. */
  async [Symbol.asyncDispose](): Promise<void> {
    await using _lock = await FolderLock.acquire(join(this.#folder, 'lock'), this.#clock);
    rmSync(ownFile(this.#folder), { force: true });
    if (othersIn(this.#folder).length > 0) return;
    await stop(this.#note);
    rmSync(noteFile(this.#folder), { force: true });
    this.#log.info({ port: this.#note.port }, 'embedded redis stopped');
  }
}

async function start(
  folder: string,
  before: Note | undefined,
  { log }: EmbeddedOptions,
): Promise<Note> {
  if (before !== undefined && isAlive(before.pid)) {
    log.warn({ port: before.port }, 'the embedded redis of this folder does not answer; waiting');
    if (await answers(before, 10_000)) return before;
    throw new BridgeError(
      'REDIS_EMBEDDED_FAILED',
      `Process ${before.pid} is noted in ${noteFile(folder)} as this folder's Redis, but does not answer. End it, or remove that file.`,
    );
  }
  const password = randomBytes(24).toString('base64url');
  const launched = await launchRedis(folder, password);
  const note: Note = { v: 1, ...launched, password };
  writeFileSync(noteFile(folder), JSON.stringify(note), { mode: 0o600 });
  if (await answers(note, 30_000)) return note;
  throw new BridgeError(
    'REDIS_EMBEDDED_FAILED',
    `The Redis started in ${folder} does not answer. Its log is ${join(folder, 'redis.log')}.`,
  );
}

/** Two servers on one folder would spoil it: a note that only a newer version can read ends the start. */
function readNote(folder: string): Note | undefined {
  const value = readJson(noteFile(folder));
  const version = versioned.safeParse(value).data?.v ?? 1;
  if (version > 1) {
    throw new BridgeError(
      'RECORD_NEWER',
      `${noteFile(folder)} was written by a newer version (v ${version}). Run that version, or end it and remove that file.`,
    );
  }
  return noteSchema.safeParse(value).data;
}

const versioned = z.object({ v: z.number() });

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Whether it takes our password and has loaded its data, asked until `patienceMs` have passed. */
async function answers(note: Note, patienceMs = 2000): Promise<boolean> {
  const redis = new Redis(urlOf(note), {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: (times) => (times * 100 < patienceMs ? 100 : null),
  });
  redis.on('error', () => undefined);
  try {
    const ready = Promise.withResolvers<boolean>();
    redis.once('ready', () => ready.resolve(true));
    redis.once('end', () => ready.resolve(false));
    redis.connect().catch(() => undefined);
    return await ready.promise;
  } finally {
    redis.disconnect();
  }
}

async function stop(note: Note): Promise<void> {
  const redis = new Redis(urlOf(note), { lazyConnect: true, retryStrategy: () => null });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    if (note.kind === 'redis-server') await redis.shutdown();
    else process.kill(note.pid, 'SIGTERM');
  } catch {
    // It closes the connection instead of answering.
  } finally {
    redis.disconnect();
  }
}

function urlOf({ kind, port, password }: Note): string {
  return kind === 'stand-in'
    ? `redis://127.0.0.1:${port}`
    : `redis://:${password}@127.0.0.1:${port}`;
}

function othersIn(folder: string): number[] {
  return readdirSync(usersIn(folder))
    .map(Number)
    .filter((pid) => pid !== process.pid && isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function noteFile(folder: string): string {
  return join(folder, 'server.json');
}

function usersIn(folder: string): string {
  return join(folder, 'users');
}

function ownFile(folder: string): string {
  return join(usersIn(folder), String(process.pid));
}
