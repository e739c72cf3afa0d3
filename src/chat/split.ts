import { cutLine, largest } from './cut.ts';
import { blocks, breakUp, parseFence } from './pieces.ts';
import type { Piece } from './pieces.ts';

/**
 * Cuts Markdown into messages of at most `limit`, as `measure` counts (UTF-16 units when it is left
 * out). Cuts between blocks where it can, then between the items of a list, lines, sentences, words,
 * and inside a word only when nothing else is left. A code block that is cut is closed and opened
 * again with its language; one that was never closed is closed. Blank text gives no message.
 */
export function splitText(
  text: string,
  limit: number,
  measure: (markdown: string) => number = (markdown) => markdown.length,
): string[] {
  const messages = new Messages((markdown) => measure(markdown) <= limit);
  messages.add(blocks(text));
  return messages.end();
}

/** The messages so far and the one that is being filled. */
class Messages {
  readonly #fits: (markdown: string) => boolean;
  readonly #full: string[] = [];
  #current = '';

  constructor(fits: (markdown: string) => boolean) {
    this.#fits = fits;
  }

  end(): string[] {
    this.#flush();
    return this.#full;
  }

  add(pieces: readonly Piece[]): void {
    let rest = pieces;
    while (rest.length > 0) {
      const count = largest(rest.length, (n) => this.#fits(this.#with(rest.slice(0, n))));
      if (count > 0) {
        this.#current = this.#with(rest.slice(0, count));
        rest = rest.slice(count);
        continue;
      }
      const [next] = rest;
      if (next === undefined) return;
      if (this.#current !== '' && this.#fits(next.text)) {
        this.#flush();
        continue;
      }
      this.#addTooLong(next);
      rest = rest.slice(1);
    }
  }

  #addTooLong(piece: Piece): void {
    switch (piece.kind) {
      case 'list':
      case 'container':
      case 'lines':
        return this.add(breakUp(piece));
      case 'fence':
        return this.#addFence(piece);
      case 'line':
        return this.#addLine(piece);
    }
  }

  #addFence(piece: Piece): void {
    const fence = parseFence(piece.text);
    const bare = `${fence.reopen}\n${fence.reclose}`;
    // A frame that leaves no room (a tiny limit, an absurd language) is not worth keeping.
    if (!this.#fits(`${bare}${bare}`) || !this.#fits(`${fence.open}${bare}`)) {
      return this.add(breakUp({ ...piece, kind: 'lines' }));
    }
    if (this.#current !== '' && !this.#fits(`${this.#current}${this.#current}`)) this.#flush();

    let { lines } = fence;
    let frame = { open: this.#with([{ ...piece, text: fence.open }]), close: fence.close };
    for (;;) {
      const wrap = (body: readonly string[]) => [frame.open, ...body, frame.close].join('\n');
      const count = largest(lines.length, (n) => this.#fits(wrap(lines.slice(0, n))));
      if (count === lines.length) {
        this.#current = wrap(lines);
        return;
      }
      if (count > 0) {
        this.#current = wrap(lines.slice(0, count));
        lines = lines.slice(count);
      } else if (this.#current === '') {
        const [long = '', ...others] = lines;
        const at = Math.max(
          cutLine(long, (part) => this.#fits(wrap([part])), 'anywhere'),
          1,
        );
        this.#current = wrap([long.slice(0, at)]);
        lines = [long.slice(at), ...others];
      } else {
        this.#flush();
        frame = { open: fence.open, close: fence.close };
        continue;
      }
      this.#flush();
      frame = { open: fence.reopen, close: fence.reclose };
    }
  }

  #addLine(piece: Piece): void {
    let rest = piece.text;
    if (this.#current !== '') {
      const beside = (part: string) => this.#with([{ ...piece, text: part }]);
      const at = cutLine(rest, (part) => this.#fits(beside(part)), 'between words');
      if (at > 0) {
        this.#current = beside(rest.slice(0, at));
        rest = rest.slice(at).trimStart();
      }
      this.#flush();
    }
    while (!this.#fits(rest)) {
      const at = Math.max(cutLine(rest, this.#fits, 'anywhere'), 1);
      this.#current = rest.slice(0, at);
      this.#flush();
      rest = rest.slice(at).trimStart();
    }
    this.#current = rest;
  }

  #with(pieces: readonly Piece[]): string {
    const added = pieces.map(({ gap, text }) => gap + text).join('');
    return this.#current === '' ? added.slice(pieces[0]?.gap.length ?? 0) : this.#current + added;
  }

  #flush(): void {
    const message = this.#current.trimEnd();
    if (message !== '') this.#full.push(message);
    this.#current = '';
  }
}
