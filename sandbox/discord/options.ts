import { type Clock, systemClock } from '../../src/clock.ts';

/** So many requests in so long a window. */
export interface RateLimit {
  readonly limit: number;
  readonly windowMs: number;
}

/** The kinds of request that are limited; all but `global` are counted per channel or webhook. */
export interface RateLimits {
  readonly createMessage: RateLimit;
  readonly editMessage: RateLimit;
  readonly typing: RateLimit;
  readonly webhook: RateLimit;
  readonly global: RateLimit;
}

export interface DiscordSandboxOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** The bot's user id, also its application's. The same at every start unless given. */
  readonly botId?: string;
  /** Whether the application may read every message (the privileged intent); default not. */
  readonly messageContent?: boolean;
  readonly heartbeatIntervalMs?: number;
  /** How long an interaction may go without a first answer; default 3 s. */
  readonly callbackDeadlineMs?: number;
  /** How long an interaction's token can be used; default 15 min. */
  readonly interactionTokenMs?: number;
  /** How long a nonce is remembered; default 3 min. */
  readonly nonceWindowMs?: number;
  /** `off`: none at all, for throughput. */
  readonly rateLimits?: 'off' | Partial<RateLimits>;
  /** How many 401, 403 and 429 in ten minutes shut the bot out; default 10,000. */
  readonly invalidRequestLimit?: number;
  readonly clock?: Clock;
}

export interface Settings extends Required<Omit<DiscordSandboxOptions, 'rateLimits'>> {
  readonly rateLimits: 'off' | RateLimits;
}

/**
 * The windows of channels and webhooks are what bots commonly observe; Discord publishes only the
 * global one and asks to go by the headers.
 */
const observedLimits: RateLimits = {
  createMessage: { limit: 5, windowMs: 5_000 },
  editMessage: { limit: 5, windowMs: 5_000 },
  typing: { limit: 5, windowMs: 5_000 },
  webhook: { limit: 5, windowMs: 2_000 },
  global: { limit: 50, windowMs: 1_000 },
};

export function settingsOf(options: DiscordSandboxOptions): Settings {
  return {
    port: 0,
    botId: '1200000000000000001',
    messageContent: false,
    heartbeatIntervalMs: 41_250,
    callbackDeadlineMs: 3_000,
    interactionTokenMs: 15 * 60_000,
    nonceWindowMs: 3 * 60_000,
    invalidRequestLimit: 10_000,
    clock: systemClock,
    ...options,
    rateLimits: options.rateLimits === 'off' ? 'off' : { ...observedLimits, ...options.rateLimits },
  };
}
