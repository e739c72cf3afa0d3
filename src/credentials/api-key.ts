import { apiKeyName } from './keys.ts';
import type { CredentialRecord } from './record.ts';
import type { RedisCredentials } from './redis-store.ts';
import type { StampedToken } from './token.ts';

/** A static key as a member of the pool: never refreshed, known to Redis by its fingerprint alone. */
export class ApiKey {
  readonly name = apiKeyName;
  readonly kind = 'key' as const;
  readonly #secret: string;
  readonly #fingerprint: string;
  readonly #store: RedisCredentials;
  #record: CredentialRecord | null = null;
  #token: StampedToken | null = null;

  constructor(secret: string, fingerprint: string, store: RedisCredentials) {
    this.#secret = secret;
    this.#fingerprint = fingerprint;
    this.#store = store;
  }

  get record(): CredentialRecord | null {
    return this.#record;
  }

  current(): StampedToken | null {
    return this.#record?.state === 'active' ? this.#token : null;
  }

  async serve(): Promise<StampedToken | null> {
    return this.current();
  }

  /** Says that this process holds the key, and reads what became of it. Throws REDIS_UNREACHABLE. */
  async reload(): Promise<void> {
    const record = await this.#store.holdKey(this.name, this.#fingerprint);
    const { epoch, generation } = record;
    this.#record = record;
    if (this.#token?.epoch !== epoch) {
      this.#token = { secret: this.#secret, credential: this.name, epoch, generation };
    }
  }
}
