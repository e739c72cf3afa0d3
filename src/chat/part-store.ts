/**
 * Where the parts of messages lie until they are whole, by conversation. What is added outlives the
 * process. Rejects when nothing could be stored or read.
 */
export interface PartStore {
  /** Adds a part behind the others; `known`: a message of this id has taken effect before. */
  add(conversation: string, id: string, part: string): Promise<'added' | 'known'>;
  /** Oldest first. */
  read(conversation: string): Promise<readonly string[]>;
  /** Takes these away, one of each, wherever they lie; what is there no more is passed over. */
  drop(conversation: string, parts: readonly string[]): Promise<void>;
  /** The conversations of the account in which there are any. */
  conversations(): Promise<readonly string[]>;
}
