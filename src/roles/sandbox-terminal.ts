import { PassThrough } from 'node:stream';

import { TerminalAdapter } from '../../adapters/terminal/terminal-adapter.ts';
import type { TerminalEnds } from '../../sandbox/players.ts';
import type { AdapterDefinition } from '../chat/port.ts';
import { BridgeError } from '../errors.ts';

/** The two ends of a terminal that nobody sits at: the sandbox types, and reads what is printed. */
export class TerminalPipe implements TerminalEnds {
  readonly #input = new PassThrough();
  readonly #readers = new Set<(text: string) => void>();

  /** The terminal adapter's definition with this pipe in place of the process' own streams. */
  replace(definition: AdapterDefinition): AdapterDefinition {
    if (definition.name !== 'terminal') return definition;
    return {
      ...definition,
      create: (_env, tools) =>
        new TerminalAdapter({ user: 'tess', input: this.#input, output: this, ...tools }),
    };
  }

  type(line: string): void {
    this.#input.write(`${line}\n`);
  }

  /** The adapter's side. */
  write(text: string): void {
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
