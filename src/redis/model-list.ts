import type { Redis } from 'ioredis';
import { z } from 'zod';

import { rootKey } from './keys.ts';

const listSchema = z.array(
  z.object({
    id: z.string(),
    aliases: z.array(z.string()),
    inputs: z.array(z.string()).optional(),
  }),
);

type Models = z.infer<typeof listSchema>;

/** The models that the account behind the bot may use, for the processes that cannot ask xAI. */
export class ModelList {
  readonly #redis: Redis;
  readonly #key: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#key = `${rootKey(prefix)}:models`;
  }

  /** None: nobody has asked lately. */
  async read(): Promise<Models> {
    return listSchema.catch([]).parse(parseJson((await this.#redis.get(this.#key)) ?? '[]'));
  }

  async write(
    models: readonly {
      id: string;
      aliases: readonly string[];
      inputs?: readonly string[] | undefined;
    }[],
  ): Promise<void> {
    await this.#redis.set(this.#key, JSON.stringify(models), 'PX', lifetimeMs);
  }

  /** How long ago it was written; null: not at all. */
  async ageMs(): Promise<number | null> {
    const leftMs = await this.#redis.pttl(this.#key);
    return leftMs < 0 ? null : lifetimeMs - leftMs;
  }
}

const lifetimeMs = 24 * 60 * 60_000;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
