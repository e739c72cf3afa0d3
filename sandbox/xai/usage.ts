import type { Model } from './models.ts';

export interface Usage {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly totalTokens: number;
  /** 1 USD is 1e10 ticks, so a price in cents per 100 million tokens is ticks per token. */
  readonly costTicks: number;
}

/** Four characters to a token: wrong in detail, right in size, and the same every time. */
export const CHARACTERS_PER_TOKEN = 4;

export function tokensOf(characters: number): number {
  return Math.ceil(characters / CHARACTERS_PER_TOKEN);
}

/** Remembers how much of a conversation's prompt it has seen, per team as xAI does. */
export class PromptCache {
  #seen = new Map<string, number>();

  /** How many of the prompt's tokens were cached; the whole of it is from now on. */
  lookUp(teamId: string, conversation: string | undefined, inputTokens: number): number {
    if (conversation === undefined) return 0;
    const key = `${teamId} ${conversation}`;
    const cached = Math.min(this.#seen.get(key) ?? 0, inputTokens);
    this.#seen.delete(key);
    this.#seen.set(key, inputTokens);
    const oldest = this.#seen.keys().next().value;
    if (this.#seen.size > 10_000 && oldest !== undefined) this.#seen.delete(oldest);
    return cached;
  }
}

export function usageOf(
  model: Model,
  inputTokens: number,
  cachedTokens: number,
  outputTokens: number,
): Usage {
  return {
    inputTokens,
    cachedTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    costTicks:
      (inputTokens - cachedTokens) * model.promptPrice +
      cachedTokens * model.cachedPrice +
      outputTokens * model.completionPrice,
  };
}
