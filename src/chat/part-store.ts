/**
 * Where the parts of messages lie until they are whole, by conversation. What is added outlives the
 * process. Rejects when nothing could be stored or read.
 */
export interface PartStore {
  /** Adds a part behind the others; `known`: a message of this id has taken effect before. */
  add(conversation: string, id: string, part: string): Promise<'added' | 'known'>;
  /** Oldest first. */
  read(conversation: string): Promise<readonly string[]>;
  /** Takes the first `count` away. */
  drop(conversation: string, count: number): Promise<void>;
  /** The conversations of the account in which there are any. */
  conversations(): Promise<readonly string[]>;
}
