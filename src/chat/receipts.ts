/** What is known of one chunk of a reply on its platform. Absent: it was never sent. */
export type Receipt =
  /** A post was begun; whether it arrived is not known. */
  { readonly state: 'sending' } | { readonly state: 'sent'; readonly messageId: string };

/**
 * Lasting notes of what was posted, by (anchor, chunk), so that a bridge that takes over edits what
 * its predecessor posted and posts nothing twice. Rejects when nothing could be stored.
 */
export interface Receipts {
  load(anchor: string): Promise<ReadonlyMap<number, Receipt>>;
  sending(anchor: string, chunk: number): Promise<void>;
  sent(anchor: string, chunk: number, messageId: string): Promise<void>;
  forget(anchor: string, chunk: number): Promise<void>;
  /**
   * Whether the anchor's final reply has been shown, which is noted when it leaves the queue: whatever
   * comes for it later is stale.
   */
  isClosed(anchor: string): Promise<boolean>;
}
