import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';

import { BridgeError } from '#port';
import type {
  Adapter,
  AdapterHealth,
  AdapterTools,
  Delivery,
  Incoming,
  Intake,
  Outgoing,
} from '#port';

import { SavedFiles } from './save-file.ts';
import { Screen } from './screen.ts';
import type { Output } from './screen.ts';

export interface TerminalOptions extends AdapterTools {
  readonly user: string;
  /** BCP 47: what the program's own words are in; English where it is left out. */
  readonly locale?: string;
  readonly input: NodeJS.ReadableStream;
  readonly output: Output;
  /** In which the files that are answered get a folder of their own. */
  readonly folder: string;
  /** To print on with others; default: one of its own on `output`. */
  readonly screen?: Screen;
}

/**
 * One person at the terminal of the program: a line is a message, answers are printed. There is one
 * conversation, a private one, and no platform in between that could fail.
 */
export class TerminalAdapter implements Adapter {
  readonly displayName = 'terminal';
  readonly maxChars = 20_000;
  readonly takesFiles = true;
  readonly #options: TerminalOptions;
  readonly #screen: Screen;
  readonly #saved: SavedFiles;
  /** Parts this run's ids from those of every other. */
  readonly #run = randomBytes(6).toString('hex');
  #isConnected = false;
  #isListening = false;
  #said = 0;
  #lastLineAtMs: number | null = null;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#saved = new SavedFiles(options.folder);
    this.#screen = options.screen ?? new Screen(options.output);
  }

  get account(): string {
    if (this.#isConnected) return 'terminal-local';
    throw new BridgeError('PLATFORM_UNREACHABLE', 'The terminal is not connected yet.');
  }

  measure(markdown: string): number {
    return markdown.length;
  }

  previewIntervalMs(): number {
    return 100;
  }

  async connect(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.#isConnected = true;
  }

  /** At the end of the input, goes on until the signal: answers may still be on their way. */
  async listen(intake: Intake, signal: AbortSignal): Promise<void> {
    const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
    if (signal.aborted) return;
    const lines = createInterface({ input: this.#options.input });
    const onAbort = (): void => {
      lines.close();
      stop();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#isListening = true;
    try {
      for await (const line of lines) {
        if (signal.aborted) return;
        if (line.trim() !== '') await this.#handOver(this.#message(line), intake, signal);
      }
      await stopped;
    } finally {
      this.#isListening = false;
      signal.removeEventListener('abort', onAbort);
      lines.close();
    }
  }

  async post(_address: string, message: Outgoing): Promise<Delivery> {
    const messageId = `out-${this.#run}-${message.nonce}`;
    this.#screen.show(messageId, await this.#whole(message), message.role);
    return { kind: 'done', messageId };
  }

  async edit(_address: string, messageId: string, message: Outgoing): Promise<Delivery> {
    // What an earlier run has printed is out of reach.
    if (!messageId.startsWith(`out-${this.#run}-`)) return { kind: 'missing' };
    this.#screen.show(messageId, message.text, message.role);
    return { kind: 'done', messageId };
  }

  async typing(): Promise<void> {}

  health(): AdapterHealth {
    return { up: this.#isListening, lastEventAtMs: this.#lastLineAtMs };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#screen.end();
  }

  /** The text, and where its file is. */
  async #whole({ text, file, nonce }: Outgoing): Promise<string> {
    if (file === undefined) return text;
    const lines = text === '' ? [] : [text];
    try {
      const path = await this.#saved.save(nonce, file);
      return [...lines, `📎 ${path}`].join('\n');
    } catch (error) {
      this.#options.log.warn({ err: error, prompt: nonce }, 'file could not be saved');
      return [...lines, `📎 ${file.name}`].join('\n');
    }
  }

  /** There is nobody to ask for the line again, so it is offered until it is taken. */
  async #handOver(message: Incoming, intake: Intake, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options;
    for (;;) {
      try {
        await intake.receive(message, signal);
        return;
      } catch (error) {
        if (signal.aborted) return;
        log.warn({ err: error, prompt: message.id }, 'line could not be stored, trying again');
        await clock.sleep(retryMs, signal).catch(() => {});
      }
    }
  }

  #message(text: string): Incoming {
    const { user, locale, clock } = this.#options;
    this.#said += 1;
    this.#lastLineAtMs = clock.now();
    return {
      id: `term-${this.#run}-${this.#said}`,
      conversation: 'local',
      address: 'local',
      author: { id: `terminal:${user}`, name: user, locale },
      fromBot: false,
      isOperator: true,
      isPrivate: true,
      isAddressed: true,
      places: [],
      text,
    };
  }
}

const retryMs = 500;
