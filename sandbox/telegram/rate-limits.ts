import { tooManyRequests } from './refusal.ts';

/**
 * How much a bot may send, after https://core.telegram.org/bots/faq#my-bot-is-hitting-limits. The
 * real limits are not published exactly; these are its words. Edits count like messages.
 */
export interface Limits {
  readonly privatePerSecond: number;
  /** How many a private chat takes at once after a pause. */
  readonly privateBurst: number;
  readonly groupPerMinute: number;
  readonly overallPerSecond: number;
}

export const telegramLimits: Limits = {
  privatePerSecond: 1,
  privateBurst: 3,
  groupPerMinute: 20,
  overallPerSecond: 30,
};

/** For tests of throughput. */
export const noLimits: Limits = {
  privatePerSecond: Infinity,
  privateBurst: Infinity,
  groupPerMinute: Infinity,
  overallPerSecond: Infinity,
};

/** Counts what is sent and refuses, as Telegram does, what is too much. */
export class RateLimits {
  readonly #limits: Limits;
  readonly #nowMs: () => number;
  readonly #chats = new Map<number, Bucket>();
  readonly #overall: Bucket;

  /** `nowMs` is a monotonic clock. */
  constructor(limits: Limits, nowMs: () => number) {
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#overall = new Window(limits.overallPerSecond, 1_000);
  }

  /** @throws {Refusal} 429 with `retry_after`, and then nothing is counted. */
  spend(chat: { id: number; isPrivate: boolean }): void {
    const nowMs = this.#nowMs();
    const bucket = this.#chats.get(chat.id) ?? this.#bucketFor(chat);
    this.#chats.set(chat.id, bucket);
    const waitMs = Math.max(bucket.waitMs(nowMs), this.#overall.waitMs(nowMs));
    if (waitMs > 0) throw tooManyRequests(Math.ceil(waitMs / 1_000));
    bucket.spend(nowMs);
    this.#overall.spend(nowMs);
  }

  #bucketFor({ isPrivate }: { isPrivate: boolean }): Bucket {
    if (!isPrivate) return new Window(this.#limits.groupPerMinute, 60_000);
    return new Drip(this.#limits.privatePerSecond, this.#limits.privateBurst);
  }
}

interface Bucket {
  /** How long until one more is allowed; 0: now. */
  waitMs(nowMs: number): number;
  spend(nowMs: number): void;
}

/** At most `count` in any `spanMs`. */
class Window implements Bucket {
  readonly #count: number;
  readonly #spanMs: number;
  #spentAtMs: number[] = [];

  constructor(count: number, spanMs: number) {
    this.#count = count;
    this.#spanMs = spanMs;
  }

  waitMs(nowMs: number): number {
    if (this.#count === Infinity) return 0;
    this.#spentAtMs = this.#spentAtMs.filter((atMs) => atMs > nowMs - this.#spanMs);
    const mustLeave = this.#spentAtMs.at(-this.#count);
    return mustLeave === undefined ? 0 : mustLeave + this.#spanMs - nowMs;
  }

  spend(nowMs: number): void {
    if (this.#count !== Infinity) this.#spentAtMs.push(nowMs);
  }
}

/** `burst` at once, then `perSecond`. */
class Drip implements Bucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #countedAtMs = 0;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
  }

  waitMs(nowMs: number): number {
    if (this.#burst === Infinity) return 0;
    const dripped = ((nowMs - this.#countedAtMs) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#burst, this.#left + dripped);
    this.#countedAtMs = nowMs;
    return this.#left >= 1 ? 0 : ((1 - this.#left) / this.#perSecond) * 1_000;
  }

  spend(): void {
    this.#left -= 1;
  }
}
