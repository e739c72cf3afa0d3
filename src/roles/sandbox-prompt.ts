import { createInterface, type Interface } from 'node:readline';

import type { Output, Screen } from '../../adapters/terminal/screen.ts';
import { type PromptCommand } from '../../sandbox/prompt-commands.ts';
import { type Visitor, type Voice, voices } from '../../sandbox/visitor.ts';

/** Where a person sits. */
export interface SandboxTerminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream & Output;
}

export interface SandboxPromptParts {
  readonly terminal: SandboxTerminal;
  readonly visitor: Pick<Visitor, 'say'>;
  readonly commands: readonly PromptCommand[];
  readonly screen: Screen;
  /** The person wants to leave. */
  readonly leave: () => void;
}

/** A line at which a person types as a user of Discord, of Telegram, or at the terminal. */
export class SandboxPrompt implements Disposable {
  readonly #parts: SandboxPromptParts;
  readonly #lines: Interface;
  #voice: Voice = 'discord';
  #isClosed = false;

  constructor(parts: SandboxPromptParts) {
    this.#parts = parts;
    const { input, output } = parts.terminal;
    this.#lines = createInterface({ input, output, terminal: true, prompt: 'discord> ' });
    this.#lines.on('line', (line) => {
      this.#lift(line);
      this.#take(line.trim());
    });
    this.#lines.on('SIGINT', () => this.#lines.close());
    this.#lines.on('close', () => {
      this.#isClosed = true;
      parts.leave();
    });
  }

  /** Where the screen draws: above the line that is being typed, which stays as it is. */
  get output(): Output {
    const { output } = this.#parts.terminal;
    return {
      isTTY: true,
      columns: output.columns,
      rows: output.rows === undefined ? undefined : output.rows - 1,
      write: (text) => this.#writeAbove(text),
    };
  }

  begin(): void {
    const { screen } = this.#parts;
    screen.print(`Type as a Discord user. ${help}\n`);
    this.#lines.prompt();
  }

  [Symbol.dispose](): void {
    if (!this.#isClosed) this.#lines.close();
    this.#parts.terminal.output.write('\n');
  }

  #writeAbove(text: string): void {
    const { output } = this.#parts.terminal;
    if (this.#isClosed) {
      output.write(text);
      return;
    }
    const { rows } = this.#lines.getCursorPos();
    const up = rows === 0 ? '' : `\u001B[${rows}A`;
    // readline goes up as many rows as the typed line has before it draws that anew.
    output.write(`\r${up}\u001B[J${text}${'\n'.repeat(rows)}`);
    this.#lines.prompt(true);
  }

  /** Puts the line that was entered above what is not finished, which stays next to the prompt. */
  #lift(line: string): void {
    const { terminal, screen } = this.#parts;
    const entered = `${this.#voice}> ${line}`;
    const perChar = /^[\u0020-\u024F]*$/.test(entered) ? 1 : 2;
    const rows = Math.floor((entered.length * perChar) / (terminal.output.columns ?? 80)) + 1;
    terminal.output.write(`\u001B[${rows}F\u001B[J`);
    screen.print(entered);
  }

  #take(line: string): void {
    const { visitor, screen } = this.#parts;
    const [word = '', rest = ''] = line.split(/\s+(.*)/s);
    switch (word) {
      case '':
        break;
      case '/as':
        this.#switchTo(rest);
        break;
      case '/sandbox':
        this.#run(rest).catch((error: unknown) => screen.print(String(error)));
        break;
      default:
        visitor.say(this.#voice, line);
    }
    this.#lines.prompt();
  }

  #switchTo(name: string): void {
    const voice = voices.find((known) => known === name);
    if (voice === undefined) {
      this.#parts.screen.print(`There is no “${name}”; there are ${voices.join(', ')}.`);
      return;
    }
    this.#voice = voice;
    this.#lines.setPrompt(`${voice}> `);
  }

  async #run(name: string): Promise<void> {
    const { commands, screen } = this.#parts;
    const command = commands.find((known) => known.name === name);
    if (command !== undefined) {
      screen.print(await command.run());
      return;
    }
    const rows = commands.map((known) => `  /sandbox ${known.name.padEnd(12)} ${known.help}`);
    screen.print([help, ...rows].join('\n'));
  }
}

const help =
  '/as telegram and /as terminal change who you are, /help shows the bot’s commands, /sandbox help what can go wrong; Ctrl-C leaves.';
