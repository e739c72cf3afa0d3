import type { Exchange } from './exchange.ts';
import { estimateTokens } from './tokens.ts';

/** Roles and separators around the two messages of an exchange. */
const overheadTokens = 8;

/** At most this many are dropped although they would fit, and never more than half. */
const mostSpared = 16;

/**
 * The newest exchanges that fit the budget, oldest first. What does not fit is dropped in steps, not
 * one by one: the beginning of what Grok sees then stays the same over several prompts, and its
 * prefix cache holds (xAI caches by prefix). Of those it may begin with, it begins with the one
 * of the lowest hash, which stays the lowest until it has to go; its place in the list would be no
 * guide, since all places shift once the list is as long as it may get.
 */
export function fitHistory<Kept extends Exchange>(
  exchanges: readonly Kept[],
  budgetTokens: number,
): readonly Kept[] {
  let from = exchanges.length;
  let left = budgetTokens;
  for (const exchange of exchanges.toReversed()) {
    left -= costOf(exchange);
    if (left < 0) break;
    from -= 1;
  }
  if (from === 0) return exchanges;
  const choice = Math.min(mostSpared, Math.ceil((exchanges.length - from) / 2));
  const hashes = exchanges.slice(from, from + choice).map(({ atMs }) => hashOf(atMs));
  return exchanges.slice(from + Math.max(0, hashes.indexOf(Math.min(...hashes))));
}

/** MurmurHash3's last mix: times of day are spread anything but evenly. */
function hashOf(atMs: number): number {
  const first = Math.imul(atMs ^ (atMs >>> 16), 0x85ebca6b);
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35);
  return (second ^ (second >>> 16)) >>> 0;
}

/** About how many tokens an exchange costs. */
export function costOf({ prompt, answer }: Exchange): number {
  return overheadTokens + estimateTokens(prompt) + estimateTokens(answer);
}
