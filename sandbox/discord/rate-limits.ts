import type { Clock } from '../../src/clock.ts';
import type { RateLimit, RateLimits, Settings } from './options.ts';

/** What a bucket says to one request. */
export interface Verdict {
  readonly allowed: boolean;
  readonly isGlobal: boolean;
  readonly retryAfterMs: number;
  readonly headers: Readonly<Record<string, string>>;
}

interface Window {
  startedAtMs: number;
  used: number;
}

const invalidWindowMs = 10 * 60_000;

/**
 * Discord's limits: a window for each kind of request and channel, one for the whole bot, and the
 * count of invalid requests that ends in a ban.
 */
export class RateLimiter {
  readonly #limits: 'off' | RateLimits;
  readonly #invalidLimit: number;
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();
  #invalidAtMs: number[] = [];

  constructor({ rateLimits, invalidRequestLimit, clock }: Settings) {
    this.#limits = rateLimits;
    this.#invalidLimit = invalidRequestLimit;
    this.#clock = clock;
  }

  /** Counts a request against the whole bot's window. */
  takeGlobal(): Verdict {
    const verdict = this.#take('global', 'global', '');
    return { ...verdict, isGlobal: true, headers: verdict.allowed ? {} : globalHeaders(verdict) };
  }

  /** Counts a request of this kind for this channel or webhook. */
  take(kind: Exclude<keyof RateLimits, 'global'>, major: string): Verdict {
    return this.#take(kind, kind, major);
  }

  countInvalid(): void {
    this.#invalidAtMs.push(this.#clock.monotonic());
  }

  /** How many 401, 403 and 429 there were in the last ten minutes. */
  get invalidCount(): number {
    const since = this.#clock.monotonic() - invalidWindowMs;
    this.#invalidAtMs = this.#invalidAtMs.filter((atMs) => atMs > since);
    return this.#invalidAtMs.length;
  }

  get isShutOut(): boolean {
    return this.invalidCount >= this.#invalidLimit;
  }

  #take(bucket: string, kind: keyof RateLimits, major: string): Verdict {
    if (this.#limits === 'off') {
      return { allowed: true, isGlobal: false, retryAfterMs: 0, headers: {} };
    }
    const limit = this.#limits[kind];
    const now = this.#clock.monotonic();
    const window = this.#window(`${bucket} ${major}`, limit, now);
    const leftMs = window.startedAtMs + limit.windowMs - now;
    const allowed = window.used < limit.limit;
    if (allowed) window.used += 1;
    return {
      allowed,
      isGlobal: false,
      retryAfterMs: allowed ? 0 : leftMs,
      headers: {
        'X-RateLimit-Limit': String(limit.limit),
        'X-RateLimit-Remaining': String(limit.limit - window.used),
        'X-RateLimit-Reset': ((this.#clock.now() + leftMs) / 1000).toFixed(3),
        'X-RateLimit-Reset-After': (leftMs / 1000).toFixed(3),
        'X-RateLimit-Bucket': `sandbox-${bucket}`,
        ...(allowed ? {} : { ...retryAfter(leftMs), 'X-RateLimit-Scope': 'user' }),
      },
    };
  }

  #window(key: string, { windowMs }: RateLimit, now: number): Window {
    const known = this.#windows.get(key);
    if (known !== undefined && now < known.startedAtMs + windowMs) return known;
    const fresh = { startedAtMs: now, used: 0 };
    this.#windows.set(key, fresh);
    return fresh;
  }
}

function globalHeaders({ retryAfterMs }: Verdict): Record<string, string> {
  return {
    ...retryAfter(retryAfterMs),
    'X-RateLimit-Global': 'true',
    'X-RateLimit-Scope': 'global',
  };
}

function retryAfter(ms: number): Record<string, string> {
  return { 'Retry-After': String(Math.ceil(ms / 1000)) };
}
