import { PassThrough, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';

/** A terminal without a person: what a program takes for one, typed at and read by a test. */
export class FakeTerminal {
  readonly input = Object.assign(new PassThrough(), {
    isTTY: true as const,
    isRaw: false,
    setRawMode(this: { isRaw: boolean }, mode: boolean) {
      this.isRaw = mode;
      return this;
    },
  });
  readonly output: Writable & { isTTY: true; columns: number; rows: number };
  #screen = '';
  #read = 0;
  readonly #watchers = new Set<() => void>();

  constructor({ columns = 200, rows = 50 } = {}) {
    const output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#screen += stripVTControlCharacters(chunk.toString());
        for (const watcher of this.#watchers) watcher();
        done();
      },
    });
    this.output = Object.assign(output, { isTTY: true as const, columns, rows });
  }

  /** All that was printed so far, without colours and cursor movements. */
  get screen(): string {
    return this.#screen;
  }

  /** Resolves once the text is printed after what was seen last, with all up to it. */
  async sees(text: string, { timeoutMs = 15_000 } = {}): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const look = () => {
      const at = this.#screen.indexOf(text, this.#read);
      if (at < 0) return;
      const seen = this.#screen.slice(this.#read, at + text.length);
      this.#read = at + text.length;
      resolve(seen);
    };
    const timer = setTimeout(() => {
      reject(
        new Error(
          `“${text}” was not printed after:\n${this.#screen.slice(0, this.#read)}\nbut:\n${this.#screen.slice(this.#read)}`,
        ),
      );
    }, timeoutMs);
    this.#watchers.add(look);
    try {
      look();
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#watchers.delete(look);
    }
  }

  /** Presses keys. */
  type(keys: string): void {
    this.input.write(keys);
  }

  /** Waits for a question, then answers it. */
  async answer(question: string, line: string): Promise<void> {
    await this.sees(question);
    this.type(`${line}${enter}`);
  }
}

export const enter = '\r';
export const down = '\u001B[B';
export const controlC = '\u0003';
