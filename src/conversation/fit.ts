import type { Exchange } from './exchange.ts';
import { estimateTokens } from './tokens.ts';

/** Roles and separators around the two messages of an exchange. */
const overheadTokens = 8;

/** Exchanges are dropped this many at a time. */
const step = 8;

/**
 * The newest exchanges that fit the budget, oldest first. What does not fit is dropped in steps, not
 * one by one: the beginning of what Grok sees then stays the same over several prompts, and its
 * prefix cache holds (xAI caches by prefix).
 */
export function fitHistory(
  exchanges: readonly Exchange[],
  budgetTokens: number,
): readonly Exchange[] {
  const costs = exchanges.map((exchange) => costOf(exchange));
  let from = exchanges.length;
  let total = 0;
  while (from > 0) {
    const cost = costs[from - 1] ?? 0;
    if (total + cost > budgetTokens) break;
    total += cost;
    from -= 1;
  }
  if (from === 0) return exchanges;
  const stepped = Math.ceil(from / step) * step;
  return exchanges.slice(Math.min(stepped, Math.max(from, exchanges.length - 1)));
}

function costOf({ prompt, answer }: Exchange): number {
  return overheadTokens + estimateTokens(prompt) + estimateTokens(answer);
}
