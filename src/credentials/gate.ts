import { randomUUID } from 'node:crypto';

import type { Redis } from 'ioredis';
import { z } from 'zod';

import type { OnCredentialEvent } from './events.ts';
import type { CredentialKeys } from './keys.ts';
import type { RedisCredentials } from './redis-store.ts';

/** There while no member can serve. */
export interface ClosedGate {
  readonly incident: string;
  readonly reason: string;
  /** The state of the member that was at hand when it closed, or `none`. */
  readonly state: string;
  readonly closedAtMs: number;
  readonly credential: string;
}

const stored = z.object({
  incident: z.string(),
  reason: z.string(),
  state: z.string(),
  closed_at: z.coerce.number(),
  credential: z.string(),
});

/** The gate that keeps prompts in their lists while nobody can serve them. */
export class Gate {
  readonly #redis: Redis;
  readonly #keys: CredentialKeys;
  readonly #store: RedisCredentials;
  readonly #onEvent: OnCredentialEvent;

  constructor(
    redis: Redis,
    keys: CredentialKeys,
    store: RedisCredentials,
    onEvent: OnCredentialEvent,
  ) {
    this.#redis = redis;
    this.#keys = keys;
    this.#store = store;
    this.#onEvent = onEvent;
  }

  async read(): Promise<ClosedGate | null> {
    const found = stored.safeParse(await this.#redis.hgetall(this.#keys.gate));
    if (!found.success) return null;
    const { incident, reason, state, closed_at, credential } = found.data;
    return { incident, reason, state, closedAtMs: closed_at, credential };
  }

  /** Closes it if no member can serve at this moment; whether it is closed now. */
  async close(reason: string, credential = ''): Promise<boolean> {
    const now = await this.#store.gate('close', credential, randomUUID(), reason);
    if (now === 'shut') this.#onEvent({ credential, kind: 'gate-closed', reason });
    if (now === 'opened') this.#onEvent({ credential, kind: 'gate-opened' });
    return now === 'shut' || now === 'closed';
  }

  /** Opens it if a member can serve after all; whether it is closed now. */
  async recheck(): Promise<boolean> {
    const now = await this.#store.gate('recheck', '', '', '');
    if (now === 'opened') this.#onEvent({ credential: '', kind: 'gate-opened' });
    return now === 'closed';
  }
}
