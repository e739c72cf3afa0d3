import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import type { Redis } from 'ioredis';

/** A Lua script from a file beside its caller, sent by its digest and in full when Redis forgot it. */
export class Script {
  readonly #source: string;
  readonly #sha1: string;

  constructor(source: string) {
    this.#source = source;
    this.#sha1 = createHash('sha1').update(source).digest('hex');
  }

  /**
   * Reads the script once, when the module that owns it is loaded: these files, one after the other,
   * for Lua of Redis has no `require`.
   */
  static load(...urls: readonly URL[]): Script {
    return new Script(urls.map((url) => readFileSync(url, 'utf8')).join('\n'));
  }

  /**
   * Runs it. ioredis may send it twice after a reconnect, so every script must bear being applied
   * twice. Replies are as RESP2 gives them; the caller parses.
   */
  async run(
    redis: Redis,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
  ): Promise<unknown> {
    try {
      return await redis.evalsha(this.#sha1, keys.length, ...keys, ...args);
    } catch (error) {
      if (!isForgotten(error)) throw error;
      return redis.eval(this.#source, keys.length, ...keys, ...args);
    }
  }

  /**
   * Runs it, and `follow` right behind it without waiting for its answer: what `follow` sends on the
   * same connection reaches Redis after the script, a round trip earlier than if it came second.
   * `follow` runs again when Redis had forgotten the script, since then it came too soon. Rejects as
   * `run` does, else as `follow` does; `follow` may have run for a script that changed nothing.
   */
  async runThen(
    redis: Redis,
    keys: readonly string[],
    args: readonly (string | number | Buffer)[],
    follow: () => Promise<unknown>,
  ): Promise<unknown> {
    const sent = redis.evalsha(this.#sha1, keys.length, ...keys, ...args);
    const [answer, followed] = await Promise.allSettled([sent, follow()]);
    if (answer.status === 'fulfilled') {
      if (followed.status === 'rejected') throw followed.reason;
      return answer.value;
    }
    if (!isForgotten(answer.reason)) throw answer.reason;
    const late = await redis.eval(this.#source, keys.length, ...keys, ...args);
    await follow();
    return late;
  }
}

function isForgotten(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
