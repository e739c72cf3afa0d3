import type { AdapterMemory } from '../../src/chat/port.ts';

/** An adapter's memory that lasts as long as the test. */
export class MemoryMemory implements AdapterMemory {
  readonly #entries = new Map<string, string>();
  readonly #most: number;

  constructor(most = 1_000) {
    this.#most = most;
  }

  async get(key: string): Promise<string | undefined> {
    return this.#entries.get(key);
  }

  async set(key: string, value: string): Promise<void> {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest);
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }

  async entries(): Promise<readonly (readonly [string, string])[]> {
    return [...this.#entries];
  }
}
