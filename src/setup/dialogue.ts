import type { Readable, Writable } from 'node:stream';

import * as clack from '@clack/prompts';

import { BridgeError } from '../errors.ts';

export interface Terminal {
  readonly input: Readable;
  readonly output: Writable;
}

/**
 * Questions to the person at a terminal, and what is said between them. Every question throws
 * `STOPPED` when it is cancelled (Ctrl-C, Escape) or the signal aborts.
 */
export class Dialogue {
  readonly #common: clack.CommonOptions;
  readonly #signal: AbortSignal;

  constructor({ input, output }: Terminal, signal: AbortSignal) {
    this.#common = { input, output, signal };
    this.#signal = signal;
  }

  /** A line that is not shown while it is typed; without the spaces around it. */
  async secret(message: string): Promise<string> {
    const typed = await this.#answer(clack.password({ ...this.#common, message }));
    return (typed ?? '').trim();
  }

  async text(message: string): Promise<string> {
    const typed = await this.#answer(clack.text({ ...this.#common, message }));
    return (typed ?? '').trim();
  }

  async choose<Value extends string>(
    message: string,
    choices: readonly Choice<Value>[],
  ): Promise<Value> {
    // clack's options are a conditional type, which a type parameter cannot decide.
    const options = [...choices] as clack.Option<Value>[];
    return this.#answer(clack.select({ ...this.#common, message, options }));
  }

  async confirm(message: string): Promise<boolean> {
    return this.#answer(clack.confirm({ ...this.#common, message }));
  }

  begin(title: string): void {
    clack.intro(title, this.#common);
  }

  end(text: string): void {
    clack.outro(text, this.#common);
  }

  /** A heading with lines below it; nothing is wrapped, so that addresses can be copied. */
  tell(title: string, lines: readonly string[] = []): void {
    clack.log.step([title, ...lines].join('\n'), this.#common);
  }

  done(text: string): void {
    clack.log.success(text, this.#common);
  }

  warn(text: string): void {
    clack.log.warn(text, this.#common);
  }

  fail(text: string): void {
    clack.log.error(text, this.#common);
  }

  async #answer<Value>(asked: Promise<Value | typeof clack.CANCEL_SYMBOL>): Promise<Value> {
    const answer = await asked;
    if (clack.isCancel(answer) || this.#signal.aborted) throw cancelled();
    return answer;
  }
}

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

export function cancelled(): BridgeError {
  return new BridgeError('STOPPED', 'Setup was cancelled: nothing was changed.');
}
