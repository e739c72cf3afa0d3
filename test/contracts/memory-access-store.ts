import type {
  AccessRequest,
  AccessStore,
  PersonPlace,
  RequestLimits,
} from '../../src/chat/access-store.ts';
import type { Standing } from '../../src/standing.ts';

interface Asked {
  from: PersonPlace;
  code: string;
  message: string;
  toldAtMs: number;
  expiresAtMs: number;
}

/** Who may talk, in memory. */
export class MemoryAccessStore implements AccessStore {
  readonly #allowed = new Set<string>();
  readonly #denied = new Set<string>();
  readonly #places = new Map<string, PersonPlace>();
  readonly #asked = new Map<string, Asked>();
  #owner: string | undefined;

  async standing(person: string): Promise<Standing> {
    if (person === this.#owner) return 'owner';
    if (this.#denied.has(person)) return 'denied';
    return this.#allowed.has(person) ? 'allowed' : 'stranger';
  }

  async hasOwner(): Promise<boolean> {
    return this.#owner !== undefined;
  }

  async claim(person: string): Promise<boolean> {
    this.#owner ??= person;
    return this.#owner === person;
  }

  async noteOwner(place: PersonPlace): Promise<void> {
    this.#places.set(place.person, place);
  }

  async ownerPlaces(): Promise<readonly PersonPlace[]> {
    return [...this.#places.values()];
  }

  async ask(
    { from, code, message, nowMs }: AccessRequest,
    { lifetimeMs, quietMs, most }: RequestLimits,
  ): Promise<{ readonly code: string; readonly message: string } | 'full'> {
    const { person } = from;
    for (const [other, { expiresAtMs }] of this.#asked) {
      if (expiresAtMs <= nowMs) this.#asked.delete(other);
    }
    const mine = this.#asked.get(person);
    if (mine === undefined && this.#asked.size >= most) return 'full';
    const asked = mine ?? { from, code, message, toldAtMs: nowMs, expiresAtMs: 0 };
    asked.from = from;
    if (asked.message !== message && nowMs - asked.toldAtMs >= quietMs) {
      asked.message = message;
      asked.toldAtMs = nowMs;
    }
    asked.expiresAtMs = nowMs + lifetimeMs;
    this.#asked.set(person, asked);
    return { code: asked.code, message: asked.message };
  }

  async approve(code: string, nowMs: number): Promise<string | undefined> {
    const person = await this.holder(code, nowMs);
    if (person !== undefined) this.#allowed.add(person);
    return person;
  }

  async holder(code: string, nowMs: number): Promise<string | undefined> {
    for (const [person, asked] of this.#asked) {
      if (asked.code === code && asked.expiresAtMs > nowMs) return person;
    }
    return undefined;
  }

  async askedFrom(person: string, nowMs: number): Promise<PersonPlace | undefined> {
    const asked = this.#asked.get(person);
    return asked !== undefined && asked.expiresAtMs > nowMs ? asked.from : undefined;
  }

  async allow(person: string): Promise<void> {
    this.#allowed.add(person);
    this.#denied.delete(person);
  }

  async deny(person: string): Promise<void> {
    this.#denied.add(person);
    this.#allowed.delete(person);
  }
}
