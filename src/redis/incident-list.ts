import type { Redis } from 'ioredis';
import { z } from 'zod';

import { rootKey } from './keys.ts';

/** Something that an operator may want to know of. Names, numbers and codes only. */
export interface NotedIncident {
  readonly level: 'info' | 'warn' | 'error';
  readonly source: string;
  readonly subject: string;
  readonly what: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** The last incidents of all processes: a STREAM of a few hundred, forgotten after a quiet month. */
export class RedisIncidents {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#key = `${rootKey(prefix)}:incidents`;
  }

  async note(incident: NotedIncident): Promise<void> {
    const { facts, ...rest } = incident;
    const fields = { ...rest, facts: JSON.stringify(facts) };
    await this.#redis
      .multi()
      .xadd(this.#key, 'MAXLEN', '~', most, '*', ...Object.entries(fields).flat())
      .pexpire(this.#key, lifetimeMs)
      .exec();
  }

  /** Newest first. What cannot be read, such as a newer version's, is left out. */
  async newest(count: number): Promise<(NotedIncident & { id: string; atMs: number })[]> {
    const entries = await this.#redis.xrevrange(this.#key, '+', '-', 'COUNT', count);
    return entries.flatMap(([id, fields]) => {
      const parsed = entrySchema.safeParse(pairs(fields));
      return parsed.success ? [{ id, atMs: Number(id.split('-')[0]), ...parsed.data }] : [];
    });
  }
}

const most = 300;
const lifetimeMs = 30 * 24 * 60 * 60_000;

const entrySchema = z.object({
  level: z.enum(['info', 'warn', 'error']),
  source: z.string(),
  subject: z.string(),
  what: z.string(),
  facts: z
    .string()
    .transform((text, context): unknown => {
      try {
        return JSON.parse(text);
      } catch {
        context.addIssue({ code: 'custom', message: 'no JSON' });
        return z.NEVER;
      }
    })
    .pipe(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
});

function pairs(flat: readonly string[]): Record<string, string> {
  const names = flat.filter((_, at) => at % 2 === 0);
  return Object.fromEntries(names.map((name, at) => [name, flat[at * 2 + 1] ?? '']));
}
