import type { PartStore } from '../../src/chat/part-store.ts';

/** Parts of messages, for as long as the test lasts. */
export class MemoryPartStore implements PartStore {
  /** What is dropped stays: as if the process had died right before. */
  losesDrops = false;
  readonly #parts = new Map<string, string[]>();
  readonly #seen = new Set<string>();

  /** As every store of prompts knows it, too. */
  isSeen(id: string): boolean {
    return this.#seen.has(id);
  }

  async add(conversation: string, id: string, part: string): Promise<'added' | 'known'> {
    if (this.#seen.has(id)) return 'known';
    this.#seen.add(id);
    this.#parts.set(conversation, [...(this.#parts.get(conversation) ?? []), part]);
    return 'added';
  }

  async read(conversation: string): Promise<readonly string[]> {
    return this.#parts.get(conversation) ?? [];
  }

  async drop(conversation: string, parts: readonly string[]): Promise<void> {
    if (this.losesDrops) return;
    const left = [...(this.#parts.get(conversation) ?? [])];
    for (const part of parts) {
      const at = left.indexOf(part);
      if (at !== -1) left.splice(at, 1);
    }
    if (left.length === 0) this.#parts.delete(conversation);
    else this.#parts.set(conversation, left);
  }

  async conversations(): Promise<readonly string[]> {
    return [...this.#parts.keys()];
  }
}
