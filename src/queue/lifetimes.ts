const hourMs = 60 * 60 * 1000;
const dayMs = 24 * hourMs;

/** How long a message's id is known: longer than any platform repeats it (Telegram: 24 h). */
export const seenLifetimeMs = 26 * hourMs;

/** How long it is remembered whom an incident was told to. */
export const toldLifetimeMs = 7 * dayMs;

/** How long receipts are kept after the last one. */
export const receiptsLifetimeMs = 2 * dayMs;

/** What is kept of entries nobody could work on. */
export const deadLetters = { most: 1000, lifetimeMs: 30 * dayMs } as const;

/**
 * How long a conversation's epochs are kept after its last turn. Longer than its history: an epoch
 * that began at 0 again would find an old one.
 */
export function conversationLifetimeMs(historyLifetimeMs: number): number {
  return Math.max(historyLifetimeMs, 7 * dayMs) + dayMs;
}

/** How long a day's usage is kept after its last answer. */
export const usageLifetimeMs = 2 * dayMs;

/** How long a reservation may outlive its prompt, should nobody settle that: it counts for two days. */
export const reservedLifetimeMs = 2 * dayMs;

/** How long one busy word is enough for a group. */
export const busyLifetimeMs = 60_000;
