import type { Outgoing } from '#port';

/** Where to print; `columns` and `rows` only if somebody can watch it change. */
export interface Output {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/**
 * Prints messages. An answer is printed once and stays. On a terminal, what is not finished stands
 * below everything else and is drawn anew; elsewhere it is not printed at all.
 */
export class Screen {
  readonly #output: Output;
  /** Unfinished messages by id, oldest first. */
  readonly #drafts = new Map<string, string>();
  /** The answers that were printed last, so that a repeated edit prints nothing. */
  readonly #printed = new Map<string, string>();
  #draftRows = 0;

  constructor(output: Output) {
    this.#output = output;
  }

  show(id: string, markdown: string, role: Outgoing['role']): void {
    const text = printable(markdown);
    if (role !== 'answer') {
      this.#drafts.set(id, text);
      this.#draw('');
      return;
    }
    this.#drafts.delete(id);
    const isNew = this.#printed.get(id) !== text;
    this.#printed.delete(id);
    this.#printed.set(id, text);
    const [oldest] = this.#printed.keys();
    if (this.#printed.size > 100 && oldest !== undefined) this.#printed.delete(oldest);
    this.#draw(isNew ? `${text}\n\n` : '');
  }

  /** Prints a line for good, above what is not finished. */
  print(line: string): void {
    this.#draw(`${printable(line)}\n`);
  }

  end(): void {
    this.#drafts.clear();
    this.#draw('');
  }

  /** Prints `text` for good, and the drafts below it. */
  #draw(text: string): void {
    const { isTTY = false, columns = 80, rows = 24 } = this.#output;
    if (!isTTY) {
      if (text !== '') this.#output.write(text);
      return;
    }
    const wipe = this.#draftRows === 0 ? '' : `\u001B[${this.#draftRows}F\u001B[J`;
    const drafts = [...this.#drafts.values()]
      .flatMap((draft) => draft.split('\n'))
      .flatMap((line) => wrap(line, columns - 1))
      .slice(-Math.max(1, rows - 2));
    this.#draftRows = drafts.length;
    const below = drafts.map((line) => `\u001B[2m${line}\u001B[22m\n`).join('');
    const all = `${wipe}${text}${below}`;
    if (all !== '') this.#output.write(all);
  }
}

/** Rows of at most `width` characters, none of them wider than two columns each. */
function wrap(line: string, width: number): string[] {
  const perRow = Math.max(1, /^[\u0020-\u024F]*$/.test(line) ? width : Math.floor(width / 2));
  const characters = Array.from(line);
  const rows = [characters.slice(0, perRow).join('')];
  for (let at = perRow; at < characters.length; at += perRow) {
    rows.push(characters.slice(at, at + perRow).join(''));
  }
  return rows;
}

/** Without the characters by which a text could take control of the terminal. */
function printable(text: string): string {
  return text.replaceAll(controls, '');
}

const controls =
  // oxlint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;
