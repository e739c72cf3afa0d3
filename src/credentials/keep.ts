import { isBridgeError } from '../errors.ts';
import type { ExchangeOutcome, ExchangeParts, Won } from './exchange-parts.ts';
import { type MintedTokens, openToken, sealTokens } from './minted.ts';
import { parseRecord } from './record.ts';

/**
 * Commits new tokens, for as long as the process lives: a rotation is never thrown away. Claims are
 * not looked at; the server has rotated, whatever they say.
 */
export async function keep(
  parts: ExchangeParts,
  won: Won,
  tokens: MintedTokens,
  askedAtMs: number,
): Promise<ExchangeOutcome> {
  const { ring, limits, owner, store, onEvent, clock, random } = parts;
  const { name, epoch, generation } = won.fence;
  const refreshToken = tokens.refreshToken ?? openToken(ring, name, won.record, 'rt');
  const fields = {
    ...sealTokens(
      ring,
      { name, epoch, generation: generation + 1 },
      { ...tokens, refreshToken },
      { issuedAtMs: askedAtMs, ageKnown: true },
      limits,
    ),
    refreshed_by: owner,
  };
  if (tokens.lifeDoubtful) alert(parts, name, 'a new token is over by its own account; used');
  for (let waitMs = limits.commitRetryMinMs; ;) {
    try {
      const reply = await store.commit(won.fence, won.record.refreshPrint, fields);
      if (reply.kind === 'behind') {
        // What was spent is put back, held from everybody else, for its successor to follow.
        await store.restore(won.record, name, limits.restoreHoldMs);
        continue;
      }
      if (reply.kind === 'stale') {
        onEvent({ credential: name, kind: 'stale-commit', generation });
        await won.spill?.leave();
        return { kind: 'newer' };
      }
      parts.onCommitted(name, reply.record);
      return { kind: 'refreshed', record: reply.record };
    } catch (error) {
      if (!isBridgeError(error, 'REDIS_UNREACHABLE')) throw error;
      if (waitMs === limits.commitRetryMinMs) {
        onEvent({ credential: name, kind: 'commit-delayed', why: error.message });
        provisional(parts, won, fields);
      }
      await clock.sleep(waitMs * (0.5 + 0.5 * random()));
      waitMs = Math.min(waitMs * 2, limits.commitRetryMaxMs);
    }
  }
}

function provisional(
  parts: ExchangeParts,
  won: Won,
  fields: Readonly<Record<string, string | number>>,
): void {
  const text = Object.fromEntries(
    Object.entries({ ...won.record.fields, ...fields }).map(([key, value]) => [key, `${value}`]),
  );
  const next = { ...text, gen: String(won.fence.generation + 1), st: 'active', rejected_gen: '' };
  const record = parseRecord(won.fence.name, next);
  if (record !== null) parts.onProvisional(won.fence.name, record);
}

function alert(parts: Pick<ExchangeParts, 'onEvent'>, credential: string, what: string): void {
  parts.onEvent({ credential, kind: 'alert', what });
}
