import type { Button } from '../button.ts';
import type { Clock } from '../clock.ts';
import type { Prompt } from '../prompt.ts';
import type { Preview } from '../reply.ts';

/** Publishes previews to the bridge; losing one is harmless. */
export interface PreviewSink {
  publish(preview: Preview): void;
}

/** The least time between two previews of a prompt: platforms take far fewer, the bridge paces them. */
const paceMs = 250;

/**
 * What the bridge is told while one attempt at a prompt is under way: that it has begun, the text
 * so far (not more often than `paceMs`, the newest wins), and, where an answer waits, words of ours.
 */
export class LivePreview implements Disposable {
  readonly #sink: PreviewSink;
  readonly #clock: Clock;
  readonly #frame: Omit<Preview, 'seq' | 'text'>;
  #seq = 0;
  #text = '';
  #sentAtMs = -Infinity;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    { prompt, turnEpoch }: { readonly prompt: Prompt; readonly turnEpoch: number },
    { sink, clock }: { readonly sink: PreviewSink; readonly clock: Clock },
    buttons: readonly Button[],
  ) {
    const { id, conversation, account, address, trace } = prompt;
    this.#sink = sink;
    this.#clock = clock;
    const place = { conversation, account, address };
    this.#frame = { prompt: id, ...place, turnEpoch, trace, buttons: [...buttons] };
  }

  /** Work has begun: typing, and soon the placeholder. */
  begin(): void {
    this.#send('');
  }

  /** The answer so far. */
  show(text: string): void {
    this.#text = text;
    if (this.#timer !== undefined) return;
    const dueInMs = this.#sentAtMs + paceMs - this.#clock.monotonic();
    if (dueInMs <= 0) this.#flush();
    else this.#timer = setTimeout(() => this.#flush(), dueInMs);
  }

  /** Words of ours in place of the answer, unless some of it has been shown. */
  say(words: string): void {
    if (this.#text === '') this.#send(words);
  }

  /** What had been shown, or was about to be. */
  get text(): string {
    return this.#text;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #flush(): void {
    this.#timer = undefined;
    this.#send(this.#text);
  }

  #send(text: string): void {
    this.#sentAtMs = this.#clock.monotonic();
    this.#seq += 1;
    this.#sink.publish({ ...this.#frame, seq: this.#seq, text });
  }
}
