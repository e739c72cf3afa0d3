import { BridgeError } from '../errors.ts';

/** Every span of time and every count the credential service decides by. Milliseconds. */
export interface CredentialTimings {
  /** How long an owner counts as alive without a sign of life, and how often it gives one. */
  readonly leaseMs: number;
  readonly renewMs: number;
  readonly maxHoldMs: number;
  /** The token request: to a connected socket; in all, retries included. */
  readonly connectMs: number;
  readonly exchangeMs: number;
  /** A refusal that changed nothing is retried by the same owner so often, within this span. */
  readonly retries: number;
  readonly retryWindowMs: number;
  /** The longest pause between the recorded intent to send and the sending. */
  readonly sentToWriteMs: number;
  /** A lost answer: when somebody else than the owner may send again, and how near its end an access token counts as dead. */
  readonly strangerResendMs: number;
  readonly lastResortMs: number;
  /** For a server that is known to forgive a repeated refresh token: from, to after the first send; 0, 0 when not. */
  readonly forgivingFromMs: number;
  readonly forgivingToMs: number;
  /** After a lost connection to Redis nothing is refreshed for this long, nothing re-sent for that long. */
  readonly reconnectHoldMs: number;
  readonly resendHoldMs: number;
  /** A caller waits so long for a token. */
  readonly callerMs: number;
  /** A token minted so recently is tried again, with these waits, before it is doubted. */
  readonly guardMs: number;
  readonly guardWaitsMs: readonly number[];
  /** Mints by refusal, after which no request succeeded, in two windows. */
  readonly budgetShort: number;
  readonly budgetShortMs: number;
  readonly budgetLong: number;
  readonly budgetLongMs: number;
  /** So many requests refused by one fresh generation make a loop. */
  readonly loopRequests: number;
  /** Within this span of its end nobody is served by a token without a refresh being tried first. */
  readonly mandatoryMs: number;
  readonly antiEntropyMs: number;
  readonly spillScanMs: number;
  readonly pollMinMs: number;
  readonly pollMaxMs: number;
  readonly commitRetryMinMs: number;
  readonly commitRetryMaxMs: number;
  readonly storeMs: number;
  /** A restored record is not refreshed for this long: a peer may hold a newer one, or have sent its token. */
  readonly restoreHoldMs: number;
  readonly discoveryMs: number;
  readonly quotaMs: number;
  readonly onlyMemberQuotaMs: number;
  readonly entitlementMs: number;
  readonly rateMs: number;
  readonly drainMs: number;
}

export const defaultTimings: CredentialTimings = {
  leaseMs: 15_000,
  renewMs: 5_000,
  maxHoldMs: 90_000,
  connectMs: 5_000,
  exchangeMs: 75_000,
  retries: 2,
  retryWindowMs: 60_000,
  sentToWriteMs: 2_000,
  strangerResendMs: 90_000,
  lastResortMs: 120_000,
  forgivingFromMs: 0,
  forgivingToMs: 0,
  reconnectHoldMs: 6_000,
  resendHoldMs: 30_000,
  callerMs: 30_000,
  guardMs: 120_000,
  guardWaitsMs: [1_000, 2_000, 4_000],
  budgetShort: 2,
  budgetShortMs: 15 * 60_000,
  budgetLong: 6,
  budgetLongMs: 24 * 3_600_000,
  loopRequests: 3,
  mandatoryMs: 300_000,
  antiEntropyMs: 30_000,
  spillScanMs: 30_000,
  pollMinMs: 500,
  pollMaxMs: 2_000,
  commitRetryMinMs: 100,
  commitRetryMaxMs: 5_000,
  storeMs: 5_000,
  restoreHoldMs: 6_000,
  discoveryMs: 10_000,
  quotaMs: 3_600_000,
  onlyMemberQuotaMs: 60_000,
  entitlementMs: 24 * 3_600_000,
  rateMs: 10_000,
  drainMs: 80_000,
};

/**
 * The default timings with `changes`; throws CONFIG_INVALID when they contradict each other. The
 * order that carries the safety: an exchange ends before its owner lets go, and both before anybody
 * else may send again.
 */
export function timings(changes: Partial<CredentialTimings> = {}): CredentialTimings {
  const all = { ...defaultTimings, ...changes };
  const rules: readonly (readonly [boolean, string])[] = [
    [all.renewMs * 3 <= all.leaseMs, '3 * renewMs <= leaseMs'],
    [all.renewMs < all.reconnectHoldMs, 'renewMs < reconnectHoldMs'],
    [all.renewMs < all.restoreHoldMs, 'renewMs < restoreHoldMs'],
    [all.connectMs < all.exchangeMs, 'connectMs < exchangeMs'],
    [all.retryWindowMs <= all.exchangeMs, 'retryWindowMs <= exchangeMs'],
    [all.exchangeMs < all.maxHoldMs, 'exchangeMs < maxHoldMs'],
    [all.exchangeMs < all.drainMs, 'exchangeMs < drainMs'],
    [all.maxHoldMs <= all.strangerResendMs, 'maxHoldMs <= strangerResendMs'],
    [all.sentToWriteMs < all.leaseMs, 'sentToWriteMs < leaseMs'],
    [all.guardMs < all.mandatoryMs, 'guardMs < mandatoryMs'],
    [all.pollMinMs <= all.pollMaxMs, 'pollMinMs <= pollMaxMs'],
    [all.forgivingToMs <= all.retryWindowMs, 'forgivingToMs <= retryWindowMs'],
  ];
  const broken = rules.filter(([holds]) => !holds).map(([, rule]) => rule);
  if (broken.length > 0) {
    throw new BridgeError(
      'CONFIG_INVALID',
      `credential timings contradict each other; required: ${broken.join(', ')}`,
    );
  }
  return all;
}
