import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { z } from 'zod';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const lineSchema = z.looseObject({ level: z.string(), msg: z.string().default('') });

export type LogLine = z.infer<typeof lineSchema>;

/** One process of the program, as an operator starts it, with an environment of its own. */
export class Daemon implements AsyncDisposable {
  readonly #process: ChildProcess;
  readonly #lines: LogLine[] = [];
  readonly #waiting = new Set<() => void>();
  #output = '';
  #complaint = '';

  private constructor(process: ChildProcess) {
    this.#process = process;
  }

  /**
   * `words`: the role and what stands behind it. Nothing of this process's environment but PATH.
   * `program`: another version's `main.ts`. `input`: `pipe` for who types at it.
   */
  static start(
    words: readonly string[],
    environment: Readonly<Record<string, string>>,
    program = main,
    input: 'ignore' | 'pipe' = 'ignore',
  ): Daemon {
    const child = spawn(process.execPath, [program, ...words], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], HTTP_PORT: '0', ...environment },
      stdio: [input, 'pipe', 'pipe'],
      detached: true,
    });
    const daemon = new Daemon(child);
    daemon.#read();
    return daemon;
  }

  get pid(): number {
    return this.#process.pid ?? -1;
  }

  /** Its log, parsed; lines that are no JSON are in `output` alone. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** A line at its standard input. */
  type(line: string): void {
    this.#process.stdin?.write(`${line}\n`);
  }

  /** All it wrote to standard output and standard error. */
  get output(): string {
    return this.#output + this.#complaint;
  }

  get stderr(): string {
    return this.#complaint;
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  /** The first log line with this message (and for which `holds`), past or to come. */
  async logged(
    message: string,
    { holds = () => true, timeoutMs = 20_000 }: LogWait = {},
  ): Promise<LogLine> {
    const find = () => this.#lines.find((line) => line.msg === message && holds(line));
    return this.#found(find, message, timeoutMs);
  }

  /** Resolves once it has written this text, in whatever form. */
  async said(text: string, { timeoutMs = 20_000 }: Pick<LogWait, 'timeoutMs'> = {}): Promise<void> {
    await this.#found(() => (this.output.includes(text) ? text : undefined), text, timeoutMs);
  }

  /** Where its health and metrics are. */
  async url(): Promise<string> {
    const line = await this.logged('listening');
    return `http://127.0.0.1:${String(line['port'])}`;
  }

  /** Resolves with the exit code, or the signal's name. */
  async ended({ timeoutMs = 20_000 } = {}): Promise<number | string> {
    if (!this.hasEnded) {
      try {
        await once(this.#process, 'close', { signal: AbortSignal.timeout(timeoutMs) });
      } catch (error) {
        throw new Error(`it did not end:\n${this.output.slice(-6000)}`, { cause: error });
      }
    }
    return this.#process.exitCode ?? this.#process.signalCode ?? 'unknown';
  }

  /** Signals the process, or, with `group`, all that it started as well. */
  signal(name: NodeJS.Signals, { group = false } = {}): void {
    if (this.hasEnded) return;
    process.kill(group ? -this.pid : this.pid, name);
  }

  async kill({ group = true } = {}): Promise<void> {
    this.signal('SIGKILL', { group });
    await this.ended();
  }

  /** Asks it to end and waits for it. */
  async stop(): Promise<number | string> {
    this.signal('SIGTERM');
    return this.ended({ timeoutMs: 100_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.hasEnded) await this.kill();
  }

  #read(): void {
    const { stdout, stderr } = this.#process;
    if (stdout === null || stderr === null) return;
    createInterface({ input: stdout }).on('line', (text) => {
      this.#output += `${text}\n`;
      const line = parse(text);
      if (line !== undefined) this.#lines.push(line);
      this.#wake();
    });
    stderr.on('data', (bytes: Buffer) => {
      this.#complaint += bytes.toString();
      this.#wake();
    });
    this.#process.on('close', () => this.#wake());
  }

  async #found<T>(find: () => T | undefined, what: string, timeoutMs: number): Promise<T> {
    const deadline = AbortSignal.timeout(timeoutMs);
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (deadline.aborted || this.hasEnded) {
        throw new Error(`no “${what}” in the log:\n${this.output.slice(-6000)}`);
      }
      await this.#change(deadline);
    }
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  async #change(deadline: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    deadline.addEventListener('abort', () => resolve(), { once: true });
    await promise;
  }
}

export interface LogWait {
  readonly holds?: (line: LogLine) => boolean;
  readonly timeoutMs?: number;
}

function parse(text: string): LogLine | undefined {
  try {
    return lineSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
