import type { Redis } from 'ioredis';
import { z } from 'zod';

import { type Standing, standingSchema } from '../standing.ts';
import { accessKeys, standingKeys } from './keys.ts';
import { Script } from './script.ts';

const ask = Script.load(new URL('scripts/access-ask.lua', import.meta.url));
const approve = Script.load(new URL('scripts/access-approve.lua', import.meta.url));
const claim = Script.load(new URL('scripts/access-claim.lua', import.meta.url));
const standing = Script.load(
  new URL('scripts/standing.lua', import.meta.url),
  new URL('scripts/access-standing.lua', import.meta.url),
);

const placeSchema = z.object({
  v: z.literal(1).default(1),
  person: z.string(),
  account: z.string(),
  conversation: z.string(),
  address: z.string(),
  locale: z.string().optional(),
});

const askSchema = z.object({
  v: z.literal(1).default(1),
  expires: z.number(),
  /** JSON; absent in what an older version wrote. */
  place: z.string().optional(),
});

type Place = Omit<z.infer<typeof placeSchema>, 'v'>;

/**
 * Who owns the bot, whom an owner has let in, and who has asked, in Redis: what `chat/` asks of its
 * `AccessStore`. Pairing codes end by themselves; the rest stays until it is taken back.
 */
export class RedisAccessStore {
  readonly #redis: Redis;
  readonly #keys: ReturnType<typeof accessKeys>;
  readonly #standingKeys: readonly string[];

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#keys = accessKeys(prefix);
    this.#standingKeys = standingKeys(prefix);
  }

  async standing(person: string): Promise<Standing> {
    return standingSchema.parse(await standing.run(this.#redis, this.#standingKeys, [person]));
  }

  async hasOwner(): Promise<boolean> {
    return (await this.#redis.scard(this.#keys.owners)) > 0;
  }

  async claim(person: string): Promise<boolean> {
    return (await claim.run(this.#redis, [this.#keys.owners], [person])) === 1;
  }

  async noteOwner(place: Place): Promise<void> {
    await this.#redis.hset(this.#keys.ownerPlaces, place.person, noteOf(place));
  }

  /** Notes that cannot be read, or are of a newer version, are left out. */
  async ownerPlaces(): Promise<readonly Place[]> {
    const notes = await this.#redis.hvals(this.#keys.ownerPlaces);
    return notes.flatMap((note) => placeIn(note) ?? []);
  }

  async ask(
    request: {
      readonly from: Place;
      readonly code: string;
      readonly message: string;
      readonly nowMs: number;
    },
    limits: { readonly lifetimeMs: number; readonly quietMs: number; readonly most: number },
  ): Promise<{ readonly code: string; readonly message: string } | 'full'> {
    const { from, code, message, nowMs } = request;
    const place = noteOf(from);
    const answer = await ask.run(
      this.#redis,
      [this.#keys.asks, this.#keys.codes],
      [from.person, code, message, nowMs, limits.lifetimeMs, limits.quietMs, limits.most, place],
    );
    if (answer === 'full') return 'full';
    const [keptCode, keptMessage] = z.tuple([z.string(), z.string()]).parse(answer);
    return { code: keptCode, message: keptMessage };
  }

  async approve(code: string, nowMs: number): Promise<string | undefined> {
    const person = await approve.run(
      this.#redis,
      [this.#keys.asks, this.#keys.codes, this.#keys.allowed, this.#keys.denied],
      [code, nowMs],
    );
    return z.string().nullable().parse(person) ?? undefined;
  }

  async holder(code: string, nowMs: number): Promise<string | undefined> {
    const person = await this.#redis.hget(this.#keys.codes, code);
    if (person === null) return undefined;
    return (await this.#liveAsk(person, nowMs)) === undefined ? undefined : person;
  }

  async askedFrom(person: string, nowMs: number): Promise<Place | undefined> {
    const ask = await this.#liveAsk(person, nowMs);
    return placeIn(ask?.place ?? '');
  }

  async #liveAsk(person: string, nowMs: number): Promise<z.infer<typeof askSchema> | undefined> {
    const raw = await this.#redis.hget(this.#keys.asks, person);
    const ask = askSchema.safeParse(parseJson(raw ?? ''));
    return ask.success && ask.data.expires > nowMs ? ask.data : undefined;
  }

  async allow(person: string): Promise<void> {
    await this.#redis
      .multi()
      .sadd(this.#keys.allowed, person)
      .srem(this.#keys.denied, person)
      .exec();
  }

  async deny(person: string): Promise<void> {
    await this.#redis
      .multi()
      .sadd(this.#keys.denied, person)
      .srem(this.#keys.allowed, person)
      .exec();
  }
}

/** Nothing but the place, whatever else hangs on it. */
function noteOf(place: Place): string {
  return JSON.stringify(placeSchema.parse({ v: 1, ...place }));
}

function placeIn(note: string): Place | undefined {
  const place = placeSchema.safeParse(parseJson(note));
  if (!place.success) return undefined;
  const { v: _, ...found } = place.data;
  return found;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
