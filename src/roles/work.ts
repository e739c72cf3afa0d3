import { estimateTokens } from '../conversation/tokens.ts';
import type { Usage } from '../grok/dialect.ts';
import type { CountedUsage } from '../queue/fair-use.ts';

/** What Grok did in one attempt at a prompt, for when that ends without an answer. */
export class Work {
  #hasBegun = false;
  #usage: Usage | undefined;

  /** Grok works, and has taken so much, where it says that; nothing at all is not said. */
  note(usage?: Usage): void {
    this.#hasBegun = true;
    if (usage !== undefined && Object.values(usage).some((count) => count > 0)) this.#usage = usage;
  }

  /**
   * What is counted for it; undefined: nothing was begun, and it is free. Where Grok has not said
   * what it took, the output is estimated by the text that came, and the input is not known: 0.
   */
  counted(text: string): CountedUsage | undefined {
    if (!this.#hasBegun || this.#usage !== undefined) return this.#usage;
    const outputTokens = estimateTokens(text);
    return { inputTokens: 0, cachedTokens: 0, outputTokens, costUsdTicks: 'reserved' };
  }
}
