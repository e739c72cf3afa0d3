import type { Adapter, Delivery, Outgoing, OutgoingFile } from '../../src/chat/port.ts';

/** A message as a user sees it. */
export interface VisibleMessage {
  readonly id: string;
  readonly address: string;
  text: string;
  readonly file?: OutgoingFile | undefined;
}

/** What happens to the next calls of a kind, one each, in order. */
export type Fault =
  | { readonly kind: 'wait'; readonly afterMs: number }
  | { readonly kind: 'refused' }
  | { readonly kind: 'moved'; readonly address: string }
  /** Done, but the response is lost. */
  | { readonly kind: 'lost after' }
  /** Lost before anything was done. */
  | { readonly kind: 'lost before' }
  /** The connection breaks, and it is done when `arrive` is called. */
  | { readonly kind: 'arrives late' }
  /** Never answers; done or not. */
  | { readonly kind: 'hangs' };

export interface Call {
  readonly kind: 'post' | 'edit' | 'typing';
  readonly atMs: number;
  readonly address: string;
  readonly text: string;
  readonly role: Outgoing['role'] | '';
}

type Sending = Pick<
  Adapter,
  'post' | 'edit' | 'typing' | 'maxChars' | 'measure' | 'takesFiles' | 'previewIntervalMs'
>;

/**
 * A platform in memory, and the sending half of an adapter for it. `takesNonces` as Discord does: a
 * second post with a nonce is answered with the first one's message.
 */
export class MemoryPlatform implements Sending {
  readonly maxChars: number;
  readonly takesNonces: boolean;
  readonly takesFiles: boolean;
  readonly messages: VisibleMessage[] = [];
  readonly calls: Call[] = [];
  /** Every text that ever was visible, in the order of becoming so. */
  readonly history: { readonly id: string; readonly text: string; readonly nonce: string }[] = [];
  readonly faults: { post: Fault[]; edit: Fault[] } = { post: [], edit: [] };
  /** Awaited before a call has its effect, and again before it is answered. */
  latency: (what: string) => Promise<void> = async () => {};
  now: () => number = () => 0;
  intervalMs = 1_200;
  chatOf?: (address: string) => string;
  readonly #nonces = new Map<string, VisibleMessage>();
  readonly #late: (() => Delivery)[] = [];
  #ids = 0;

  constructor(
    options: {
      readonly maxChars?: number;
      readonly takesNonces?: boolean;
      readonly takesFiles?: boolean;
    } = {},
  ) {
    this.maxChars = options.maxChars ?? 200;
    this.takesNonces = options.takesNonces ?? true;
    this.takesFiles = options.takesFiles ?? false;
  }

  measure(markdown: string): number {
    return markdown.length;
  }

  previewIntervalMs(): number {
    return this.intervalMs;
  }

  texts(address?: string): string[] {
    return this.messages
      .filter((message) => address === undefined || message.address === address)
      .map((message) => message.text);
  }

  /** Does what was given up long ago. */
  arrive(): void {
    for (const effect of this.#late.splice(0)) effect();
  }

  remove(id: string): void {
    const at = this.messages.findIndex((message) => message.id === id);
    if (at >= 0) this.messages.splice(at, 1);
  }

  async post(address: string, outgoing: Outgoing, signal: AbortSignal): Promise<Delivery> {
    return this.#call('post', address, outgoing, signal, () => {
      const same = this.takesNonces ? this.#nonces.get(outgoing.nonce) : undefined;
      if (same !== undefined) return { kind: 'done', messageId: same.id };
      this.#ids += 1;
      const message = { id: `m${this.#ids}`, address, text: outgoing.text, file: outgoing.file };
      this.messages.push(message);
      this.#nonces.set(outgoing.nonce, message);
      this.history.push({ id: message.id, text: message.text, nonce: outgoing.nonce });
      return { kind: 'done', messageId: message.id };
    });
  }

  async edit(
    address: string,
    messageId: string,
    outgoing: Outgoing,
    signal: AbortSignal,
  ): Promise<Delivery> {
    return this.#call('edit', address, outgoing, signal, () => {
      const message = this.messages.find(({ id }) => id === messageId);
      if (message === undefined) return { kind: 'missing' };
      message.text = outgoing.text;
      this.history.push({ id: messageId, text: message.text, nonce: outgoing.nonce });
      return { kind: 'done', messageId };
    });
  }

  async typing(address: string): Promise<void> {
    this.calls.push({ kind: 'typing', atMs: this.now(), address, text: '', role: '' });
  }

  async #call(
    kind: 'post' | 'edit',
    address: string,
    { text, role, chunk, file }: Outgoing,
    signal: AbortSignal,
    effect: () => Delivery,
  ): Promise<Delivery> {
    const isEmpty = text.trim() === '' && file === undefined;
    if (text.length > this.maxChars || isEmpty) throw new Error('not a valid message');
    this.calls.push({ kind, atMs: this.now(), address, text, role });
    const fault = this.faults[kind].shift();
    await this.latency(`${kind} ${chunk} arrives`);
    switch (fault?.kind) {
      case 'hangs':
        await new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new Error('aborted')), { once: true });
        });
        return { kind: 'unknown', why: 'never' };
      case 'wait':
      case 'moved':
        return fault;
      case 'refused':
        return { kind: 'refused', why: 'blocked' };
      case 'lost before':
        return { kind: 'unknown', why: 'connection reset' };
      case 'arrives late':
        this.#late.push(effect);
        return { kind: 'unknown', why: 'connection reset' };
      case 'lost after':
        effect();
        return { kind: 'unknown', why: 'connection reset' };
      case undefined: {
        const delivery = effect();
        await this.latency(`${kind} ${chunk} answered`);
        return delivery;
      }
    }
  }
}
