import { DiscordAPIError, REST } from 'discord.js';
import type { RouteLike } from 'discord.js';
import type { z } from 'zod';

import type { OutgoingFile } from '#port';

import { troubleOf } from './outcome.ts';
import type { Trouble } from './outcome.ts';

export interface Request<Body> {
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  readonly route: RouteLike;
  readonly query?: Record<string, string>;
  readonly body?: unknown;
  readonly file?: OutgoingFile | undefined;
  /** False for routes that carry a token of their own: interactions. */
  readonly auth?: false;
  readonly deadlineMs: number;
  /** What the answer must be; `z.unknown()` where nobody reads it. */
  readonly answer: z.ZodType<Body>;
}

export type Answer<Body> = { readonly kind: 'ok'; readonly body: Body } | Trouble;

/**
 * Discord's HTTP API. discord.js keeps its rate-limit buckets; instead of waiting for one, a request
 * comes back with `wait`. Nothing is repeated: whether that is safe, the caller knows.
 */
export class DiscordRest {
  readonly #rest: REST;
  readonly #token: string;

  constructor(apiUrl: string, token: string) {
    this.#token = token;
    this.#rest = new REST({
      api: apiUrl,
      version: '10',
      retries: 0,
      rejectOnRateLimit: () => true,
    });
    if (token !== '') this.#rest.setToken(token);
  }

  /** Throws nothing: what went wrong is the answer. */
  async send<Body>(request: Request<Body>, signal: AbortSignal): Promise<Answer<Body>> {
    const { method, route, query, body, file, auth, deadlineMs, answer } = request;
    try {
      const received: unknown = await this.#rest[method](route, {
        ...(query === undefined ? {} : { query: new URLSearchParams(query) }),
        ...(body === undefined ? {} : { body }),
        ...(file === undefined ? {} : { files: [rawFile(file)] }),
        ...(auth === undefined ? {} : { auth }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(deadlineMs)]),
      });
      const parsed = answer.safeParse(received);
      return parsed.success
        ? { kind: 'ok', body: parsed.data }
        : { kind: 'unknown', why: 'an answer in a form that Discord does not give' };
    } catch (error) {
      // discord.js forgets the token after a 401; without it later requests would fail unexplained.
      if (error instanceof DiscordAPIError && error.status === 401)
        this.#rest.setToken(this.#token);
      return troubleOf(error);
    }
  }

  [Symbol.dispose](): void {
    this.#rest.clearHandlerSweeper();
    this.#rest.clearHashSweeper();
  }
}

function rawFile({ name, mime, bytes }: OutgoingFile) {
  return { name, contentType: mime, data: Buffer.from(bytes) };
}
