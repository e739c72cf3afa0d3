import { AsyncLocalStorage } from 'node:async_hooks';

const atHand = new AsyncLocalStorage<string>();

/**
 * Does `work` for a prompt: every line that is logged on its behalf, however deep below, carries the
 * prompt's id. For what belongs to no prompt, `undefined` changes nothing.
 */
export function forPrompt<T>(prompt: string | undefined, work: () => T): T {
  return prompt === undefined ? work() : atHand.run(prompt, work);
}

/** The id of the prompt that is being worked on here. */
export function promptAtHand(): string | undefined {
  return atHand.getStore();
}
