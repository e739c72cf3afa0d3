import type { Clock } from '../clock.ts';
import type { Logger, Outgoing } from './port.ts';
import type { Receipt, Receipts } from './receipts.ts';
import { editDeadlineMs, requireRight } from './wire.ts';
import type { Sent, Wire } from './wire.ts';

/** What came of showing one chunk. */
export type Shown =
  | { readonly kind: 'shown'; readonly messageId: string }
  /**
   * `asked`: the platform wants a pause. `unknown`: it may have arrived. `predecessor`: see below.
   * `overtaken`: it is shown, but an older edit that was given up may still arrive and undo it.
   */
  | {
      readonly kind: 'later';
      readonly why: 'asked' | 'unknown' | 'predecessor' | 'overtaken';
      readonly afterMs: number;
    }
  /** Never at this address. */
  | { readonly kind: 'refused' };

/** Under what right a chunk is written, and until when. */
export interface Writing {
  readonly mayAct: () => boolean;
  readonly signal: AbortSignal;
}

export interface PostedOptions {
  readonly anchor: string;
  /** For logs. */
  readonly prompt: string;
  readonly address: string;
  readonly receipts: Receipts;
  readonly wire: Wire;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * From when on (monotonic) this process may edit what it did not post itself: until then, an edit
   * that a dead predecessor sent could still arrive and undo ours.
   */
  readonly inheritedEditsFromMs: number;
  /** A chunk is sent again although it may have arrived. */
  readonly onResend: (chunk: number) => void;
}

/**
 * The messages that one anchor has on the platform, chunk by chunk, and the only place that posts
 * and edits them. A receipt is written before and after every post, so that any later process
 * knows of it.
 */
export class Posted {
  readonly #options: PostedOptions;
  readonly #chunks = new Map<number, Chunk>();
  #unknowns = 0;
  #deleted = 0;
  /** The last edit that nobody knows the fate of, and until when (monotonic) it may still arrive. */
  #lost = { looks: '', untilMs: -Infinity };

  /** With what earlier processes noted, read here unless it is known. Rejects when it cannot be read. */
  static async load(options: PostedOptions, noted?: ReadonlyMap<number, Receipt>): Promise<Posted> {
    return new Posted(options, noted ?? (await options.receipts.load(options.anchor)));
  }

  private constructor(options: PostedOptions, receipts: ReadonlyMap<number, Receipt>) {
    this.#options = options;
    for (const [chunk, receipt] of receipts) {
      this.#chunks.set(
        chunk,
        receipt.state === 'sending'
          ? { kind: 'sending', again: 0 }
          : { kind: 'sent', messageId: receipt.messageId, shown: null, isNoted: true },
      );
    }
  }

  /** `none`: never sent. `unknown`: sent, perhaps arrived. `inherited`: there, showing who knows what. */
  state(chunk: number): 'none' | 'unknown' | 'inherited' | 'ours' {
    const known = this.#chunks.get(chunk) ?? none;
    switch (known.kind) {
      case 'none':
        return 'none';
      case 'sending':
        return 'unknown';
      case 'sent':
        return known.shown === null ? 'inherited' : 'ours';
    }
  }

  /** Of all messages that are there, in order. */
  messageIds(): string[] {
    return [...this.#chunks]
      .toSorted(([a], [b]) => a - b)
      .flatMap(([, known]) => (known.kind === 'sent' ? [known.messageId] : []));
  }

  messageId(chunk: number): string | undefined {
    const known = this.#chunks.get(chunk);
    return known?.kind === 'sent' ? known.messageId : undefined;
  }

  /** Posts the chunk, or edits it if it is there; nothing if it already shows just this. */
  async show(message: Part, writing: Writing): Promise<Shown> {
    const { chunk } = message;
    const known = this.#chunks.get(chunk) ?? none;
    if (known.kind !== 'sent') return this.#post(known, message, writing);
    if (!known.isNoted) await this.#note(chunk, known);
    if (known.shown === looksOf(message)) return { kind: 'shown', messageId: known.messageId };

    const early = this.#options.inheritedEditsFromMs - this.#options.clock.monotonic();
    if (known.shown === null && early > 0) {
      return { kind: 'later', why: 'predecessor', afterMs: early };
    }
    return this.#edit(known, message, writing);
  }

  async #post(known: Unsent, message: Part, writing: Writing): Promise<Shown> {
    const { anchor, receipts, wire, address, onResend } = this.#options;
    const { chunk } = message;
    requireRight(writing.mayAct);
    if (known.kind === 'sending') onResend(chunk);
    else await receipts.sending(anchor, chunk);
    this.#chunks.set(chunk, { kind: 'sending', again: known.again });

    const nonce = `${anchor}.${chunk}${known.again === 0 ? '' : `.${known.again}`}`;
    const sent = await wire.post(address, { ...message, nonce }, writing.mayAct, writing.signal);
    if (sent.kind === 'done') {
      this.#unknowns = 0;
      const there = { kind: 'sent', messageId: sent.messageId, shown: looksOf(message) } as const;
      this.#chunks.set(chunk, { ...there, isNoted: false });
      await this.#note(chunk, there);
      return { kind: 'shown', messageId: sent.messageId };
    }
    // After a `wait` an earlier attempt is as unknown as before.
    const isOpen = sent.kind === 'unknown' || (sent.kind === 'wait' && known.kind === 'sending');
    if (!isOpen) await this.#forget(chunk, known.again);
    return this.#failed(chunk, sent);
  }

  async #edit(known: There, message: Part, writing: Writing): Promise<Shown> {
    const { anchor, wire, address } = this.#options;
    const { chunk } = message;
    // From here on nobody knows what it shows, until the edit has come back.
    const { messageId } = known;
    this.#chunks.set(chunk, { kind: 'sent', messageId, shown: '', isNoted: true });
    const sent = await wire.edit(
      address,
      messageId,
      { ...message, nonce: `${anchor}.${chunk}` },
      writing.mayAct,
      writing.signal,
    );
    if (sent.kind === 'done') {
      this.#unknowns = 0;
      const overtakenMs = this.#overtakenMs(message);
      if (overtakenMs > 0) return { kind: 'later', why: 'overtaken', afterMs: overtakenMs };
      this.#chunks.set(chunk, { kind: 'sent', messageId, shown: looksOf(message), isNoted: true });
      return { kind: 'shown', messageId };
    }
    if (sent.kind === 'unknown') {
      this.#lost = {
        looks: looksOf(message),
        untilMs: this.#options.clock.monotonic() + editDeadlineMs,
      };
    }
    if (sent.kind !== 'missing') return this.#failed(chunk, sent);
    // Deleted by somebody: the next post must not be taken for the one that is gone.
    this.#deleted += 1;
    const again = this.#deleted;
    await this.#forget(chunk, again);
    return message.role === 'answer'
      ? this.#post({ kind: 'none', again }, message, writing)
      : { kind: 'refused' };
  }

  /**
   * How long an edit with another text, given up without an answer, may still overwrite this one. A
   * preview may be overwritten; an answer is said again then.
   */
  #overtakenMs(message: Part): number {
    const { chunk, role } = message;
    if (chunk > 0 || role !== 'answer' || looksOf(message) === this.#lost.looks) return 0;
    return this.#lost.untilMs - this.#options.clock.monotonic();
  }

  async #note(chunk: number, there: { messageId: string; shown: string | null }): Promise<void> {
    await this.#options.receipts.sent(this.#options.anchor, chunk, there.messageId);
    this.#chunks.set(chunk, { kind: 'sent', ...there, isNoted: true });
  }

  async #forget(chunk: number, again: number): Promise<void> {
    await this.#options.receipts.forget(this.#options.anchor, chunk);
    this.#chunks.set(chunk, { kind: 'none', again });
  }

  #failed(chunk: number, sent: Exclude<Sent, { readonly kind: 'done' }>): Shown {
    const { log, prompt } = this.#options;
    switch (sent.kind) {
      case 'wait':
        log.info({ prompt, chunk, afterMs: sent.afterMs }, 'platform asked for a pause');
        return { kind: 'later', why: 'asked', afterMs: sent.afterMs };
      case 'unknown': {
        const afterMs = Math.min(500 * 2 ** this.#unknowns, 30_000);
        this.#unknowns += 1;
        log.warn(
          { prompt, chunk, why: sent.why, afterMs },
          'platform did not say whether it arrived',
        );
        return { kind: 'later', why: 'unknown', afterMs };
      }
      case 'refused':
        log.warn({ prompt, chunk, why: sent.why }, 'platform refused a message for good');
        return { kind: 'refused' };
      case 'missing':
        log.warn({ prompt, chunk }, 'platform has no place for a message');
        return { kind: 'refused' };
    }
  }
}

/** What one message of an anchor is to show. */
type Part = Pick<Outgoing, 'chunk' | 'text' | 'role' | 'file' | 'buttons'>;

/** Tells whether a message already shows what it is to show; it has text, so this is never ''. */
function looksOf({ text, buttons = [] }: Part): string {
  return [text, ...buttons.map(({ label, command }) => `${label}\n${command}`)].join('\n\0');
}

type Chunk = Unsent | There;

/** `again`: how often a message of this chunk was deleted under our hands; part of the nonce. */
type Unsent =
  | { readonly kind: 'none'; readonly again: number }
  | { readonly kind: 'sending'; readonly again: number };

/** `shown`: what it shows; '' when an edit is unresolved, null when an earlier process wrote it. */
interface There {
  readonly kind: 'sent';
  readonly messageId: string;
  readonly shown: string | null;
  /** Whether the receipt is written. */
  readonly isNoted: boolean;
}

const none: Unsent = { kind: 'none', again: 0 };
