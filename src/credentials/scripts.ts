import { readFileSync } from 'node:fs';

import type { Redis } from 'ioredis';
import { z } from 'zod';

import { BridgeError } from '../errors.ts';
import { Script } from '../redis/script.ts';
import type { CredentialKeys } from './keys.ts';
import type { RedisTime } from './redis-time.ts';

const names = [
  'accepted', 'arrive', 'begin', 'commit', 'cool', 'fail', 'gate', 'key', 'login', 'member',
  'park', 'pool', 'read',
  'reject', 'renew', 'resolve', 'restore', 'sent',
] as const; // prettier-ignore
export type ScriptName = (typeof names)[number];

const source = (name: string) =>
  readFileSync(new URL(`./scripts/${name}.lua`, import.meta.url), 'utf8');
const scripts = new Map(
  names.map((name) => [name, new Script(`${source('prelude')}\n${source(name)}`)]),
);

const reply = z.tuple([z.string(), z.coerce.number()], z.unknown());

/** Runs the scripts beside this file, each behind the prelude, and keeps Redis' time. */
export class CredentialScripts {
  readonly #redis: Redis;
  readonly #keys: CredentialKeys;
  readonly #time: RedisTime;
  readonly #deadlineMs: number;

  constructor(redis: Redis, keys: CredentialKeys, time: RedisTime, deadlineMs: number) {
    this.#redis = redis;
    this.#keys = keys;
    this.#time = time;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * The reply: a word, Redis' time, and what the script adds. Throws REDIS_UNREACHABLE at the
   * deadline, too; the script may still have run then.
   */
  async run(
    script: ScriptName,
    name: string,
    args: readonly (string | number)[] = [],
  ): Promise<[string, number, ...unknown[]]> {
    const found = scripts.get(script);
    if (found === undefined) throw new Error(`no script ${script}`);
    if (this.#redis.status === 'end') throw unreachable(new Error('the connection was closed'));
    const answer = await this.#inTime(
      found.run(this.#redis, this.#keys.of(name), [this.#keys.root, name, ...args]),
    );
    const parsed = reply.parse(answer);
    this.#time.observe(parsed[1]);
    return parsed;
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(new Error('no answer in time')), this.#deadlineMs);
    try {
      return await Promise.race([work, late.promise]);
    } catch (cause) {
      throw unreachable(cause);
    } finally {
      clearTimeout(timer);
      work.catch(() => undefined);
    }
  }
}

function unreachable(cause: unknown): BridgeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new BridgeError(
    'REDIS_UNREACHABLE',
    `a credential step failed in Redis: ${why}; check REDIS_URL and the server`,
    { cause },
  );
}
