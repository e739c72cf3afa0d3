/**
 * Names of the keys that more than one part of the program touches. Everything begins with
 * `{prefix}`: one hash tag, so that a script may touch all of it on a Redis Cluster.
 */
export function rootKey(prefix: string): string {
  return `{${prefix}}`;
}

/** STRING: the version of how everything under the prefix is laid out (see `layout.ts`). */
export function layoutKey(prefix: string): string {
  return `${rootKey(prefix)}:layout`;
}

/** HASH, there while no credential can serve: closed by credentials/, read by queue/. */
export function gateKey(prefix: string): string {
  return `${rootKey(prefix)}:gate`;
}

/** HASH of a conversation: `turn_epoch`, `history_epoch` (each absent: 0). */
export function conversationKey(prefix: string, conversation: string): string {
  return `${rootKey(prefix)}:conversation:${conversation}`;
}

/**
 * LIST of a conversation's exchanges under one history epoch, oldest first, each the JSON of an
 * `Exchange`. `/reset` raises the epoch; settle appends only under the epoch that is current.
 */
export function historyKey(prefix: string, conversation: string, historyEpoch: number): string {
  return `${historyRoot(prefix)}${historyEpoch}:${conversation}`;
}

/** What every key of a history begins with; `<epoch>:<conversation>` follows. */
export function historyRoot(prefix: string): string {
  return `${rootKey(prefix)}:history:`;
}

/** HASH of what stands for a history's oldest exchanges: `v`, `text`, and `through`, the last of them. */
export function summaryKey(prefix: string, conversation: string, historyEpoch: number): string {
  return `${summaryRoot(prefix)}${historyEpoch}:${conversation}`;
}

/** What every key of a summary begins with; `<epoch>:<conversation>` follows. */
export function summaryRoot(prefix: string): string {
  return `${rootKey(prefix)}:summary:`;
}

/**
 * HASH of what the answers of one day (UTC, `2026-11-23`) took: `answers`, `input`, `cached` and
 * `output` (tokens), `cost` (ticks of 1e-10 USD). `scope`: an author, `chat:<a chat>`, or `all`.
 */
export function usageKey(prefix: string, day: string, scope: string): string {
  return `${rootKey(prefix)}:usage:${day}:${scope}`;
}

/** SETs of people, HASHes of who asked to be let in, by person and by code, and of where owners are. */
export function accessKeys(prefix: string) {
  const key = (name: string) => `${rootKey(prefix)}:access:${name}`;
  return {
    owners: key('owners'),
    denied: key('denied'),
    allowed: key('allowed'),
    asks: key('asks'),
    codes: key('codes'),
    ownerPlaces: key('owner-places'),
  };
}

/** The SETs that tell somebody's standing, in the order in which `standing.lua` takes them. */
export function standingKeys(prefix: string): readonly string[] {
  const { owners, denied, allowed } = accessKeys(prefix);
  return [owners, denied, allowed];
}
