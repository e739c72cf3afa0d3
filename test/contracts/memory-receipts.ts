import type { Receipt, Receipts } from '../../src/chat/receipts.ts';

/** Receipts in memory; shared by the outboxes of a test, it outlives each of them. */
export class MemoryReceipts implements Receipts {
  readonly #anchors = new Map<string, Map<number, Receipt>>();
  readonly #closed = new Set<string>();

  async load(anchor: string): Promise<ReadonlyMap<number, Receipt>> {
    return new Map(this.#anchors.get(anchor));
  }

  async sending(anchor: string, chunk: number): Promise<void> {
    this.#of(anchor).set(chunk, { state: 'sending' });
  }

  async sent(anchor: string, chunk: number, messageId: string): Promise<void> {
    this.#of(anchor).set(chunk, { state: 'sent', messageId });
  }

  async forget(anchor: string, chunk: number): Promise<void> {
    this.#of(anchor).delete(chunk);
  }

  /** Notes, as the queue does, that the anchor's final reply is shown and gone. */
  end(anchor: string): void {
    this.#closed.add(anchor);
  }

  async isClosed(anchor: string): Promise<boolean> {
    return this.#closed.has(anchor);
  }

  #of(anchor: string): Map<number, Receipt> {
    const known = this.#anchors.get(anchor) ?? new Map<number, Receipt>();
    this.#anchors.set(anchor, known);
    return known;
  }
}
