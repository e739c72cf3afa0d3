import type { FastifyReply, FastifyRequest } from 'fastify';

import type { Happenings } from './happenings.ts';

/** One request as it was seen; of bodies and tokens, nothing. */
export interface LoggedRequest {
  readonly method: string;
  /** Without the API's prefix and the query; interaction tokens stand as `:token`. */
  readonly path: string;
  readonly atMs: number;
  /** Undefined while it is under way, and for good if it never got an answer. */
  readonly status: number | undefined;
}

/** Every REST request, in order of arrival. */
export class RequestLog {
  readonly entries: LoggedRequest[] = [];
  readonly #happenings: Happenings;
  readonly #now: () => number;

  constructor(happenings: Happenings, now: () => number) {
    this.#happenings = happenings;
    this.#now = now;
  }

  follow(request: FastifyRequest, reply: FastifyReply): void {
    const { method, url } = request;
    const entry: { -readonly [K in keyof LoggedRequest]: LoggedRequest[K] } = {
      method,
      path: pathOf(url),
      atMs: this.#now(),
      status: undefined,
    };
    this.entries.push(entry);
    this.#happenings.note();
    reply.raw.once('finish', () => {
      entry.status = reply.statusCode;
      this.#happenings.note();
    });
  }
}

/** A request's path as the log and the faults see it. */
export function pathOf(url: string): string {
  const [path = ''] = url.split('?', 1);
  return decodeURIComponent(path)
    .replace(/^\/api\/v\d+/, '')
    .replace(/^(\/(?:webhooks|interactions)\/\d+\/)[^/]+/, '$1:token');
}
