import { costOf } from './fit.ts';
import type { StoredExchange } from './history.ts';

/** What is to be condensed: all but the newest. */
export interface Condensable {
  /** Oldest first; never empty, and never more than the budget. */
  readonly exchanges: readonly StoredExchange[];
  /** As stored; see `Summary.through`. */
  readonly through: string;
}

/** How full the budget is when the older part is condensed, and what of it stays as it is. */
const fullAt = 0.7;
const staysBelow = 0.35;

/**
 * The older part of a history that nears its budget, undefined before it does. It is condensed while
 * all of it still fits, so that nothing is lost on the way. The newest exchange always stays.
 */
export function condensable(
  exchanges: readonly StoredExchange[],
  usedTokens: number,
  budgetTokens: number,
): Condensable | undefined {
  const costs = exchanges.map(costOf);
  const wholeTokens = costs.reduce((sum, cost) => sum + cost, usedTokens);
  if (wholeTokens < fullAt * budgetTokens || exchanges.length < 2) return undefined;
  const stays = newestWithin(costs, staysBelow * budgetTokens);
  const older = exchanges.slice(0, exchanges.length - Math.max(1, stays));
  const fitting = newestWithin(costs.slice(0, older.length), budgetTokens);
  const taken = older.slice(older.length - fitting);
  const last = taken.at(-1);
  return last === undefined ? undefined : { exchanges: taken, through: last.raw };
}

/** How many of the newest cost no more together. */
function newestWithin(costs: readonly number[], mostTokens: number): number {
  let left = mostTokens;
  let count = 0;
  for (const cost of costs.toReversed()) {
    left -= cost;
    if (left < 0) break;
    count += 1;
  }
  return count;
}
