import { tmpdir } from 'node:os';
import { PassThrough } from 'node:stream';

import { type Output, Screen } from '../../adapters/terminal/screen.ts';
import { TerminalAdapter } from '../../adapters/terminal/terminal-adapter.ts';
import type { TerminalEnds } from '../../sandbox/players.ts';
import type { AdapterDefinition } from '../chat/port.ts';
import { BridgeError } from '../errors.ts';

/**
 * The two ends of a terminal that nobody sits at: the sandbox types, and reads what is printed. A
 * real terminal can be put behind it, to see it.
 */
export class TerminalPipe implements TerminalEnds, Output {
  readonly screen = new Screen(this);
  readonly #input = new PassThrough();
  readonly #readers = new Set<(text: string) => void>();
  #shown: Output | undefined;

  /** The terminal adapter's definition with this pipe in place of the process' own streams. */
  replace(definition: AdapterDefinition): AdapterDefinition {
    if (definition.name !== 'terminal') return definition;
    return {
      ...definition,
      create: (_env, tools) =>
        new TerminalAdapter({
          user: 'tess',
          input: this.#input,
          output: this,
          folder: tmpdir(),
          screen: this.screen,
          ...tools,
        }),
    };
  }

  type(line: string): void {
    this.#input.write(`${line}\n`);
  }

  /** From now on, what is printed is shown there, too. */
  showOn(output: Output): void {
    this.#shown = output;
  }

  get isTTY(): boolean | undefined {
    return this.#shown?.isTTY;
  }

  get columns(): number | undefined {
    return this.#shown?.columns;
  }

  get rows(): number | undefined {
    return this.#shown?.rows;
  }

  /** The adapter's side. */
  write(text: string): void {
    this.#shown?.write(text);
    for (const read of this.#readers) read(text);
  }

  async printed(holds: (text: string) => boolean, timeoutMs: number): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    let all = '';
    const read = (text: string) => {
      all += text;
      if (holds(all)) resolve(all);
    };
    const timer = setTimeout(() => {
      reject(new BridgeError('DEADLINE_PASSED', `the terminal printed only “${all}”`));
    }, timeoutMs);
    this.#readers.add(read);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#readers.delete(read);
    }
  }
}
