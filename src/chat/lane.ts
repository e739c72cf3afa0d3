import type { Clock } from '../clock.ts';
import type { Preview, Reply } from '../reply.ts';
import { deliverReply } from './deliver.ts';
import type { Delivered, DeliverOptions } from './deliver.ts';
import { OpenAnswer } from './open-answer.ts';
import type { Adapter, Logger } from './port.ts';
import { Posted } from './posted.ts';
import type { Writing } from './posted.ts';
import type { PreviewPace } from './preview-pace.ts';
import type { Receipt, Receipts } from './receipts.ts';
import type { Wire } from './wire.ts';

export interface LaneOptions {
  readonly conversation: string;
  readonly adapter: DeliverOptions['adapter'] & Pick<Adapter, 'previewIntervalMs'>;
  readonly wire: Wire;
  /** The pace of the chat that an address belongs to. */
  readonly paceOf: (address: string) => PreviewPace;
  readonly receipts: Receipts;
  readonly pendingReplies: (conversation: string) => Promise<number>;
  readonly mayAct: () => boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly inheritedEditsFromMs: number;
  readonly onResend: (what: { readonly prompt: string; readonly chunk: number }) => void;
}

/** A reply's turn, as the queue hands it out. */
export interface ReplyTurn {
  /** Whether the turn is still ours: looked at before every write. */
  mayAct(): boolean;
  /** Whether an earlier holder of the turn may have died in it. */
  readonly takenOver: boolean;
  /** When the turn began, there was no receipt under the reply's anchor. */
  readonly isUntouched?: boolean;
}

/** One conversation's way to its platform: one write at a time, and nothing out of turn. */
export class Lane {
  readonly #options: LaneOptions;
  /** Of the few anchors that are not closed yet, the prompt being answered among them. */
  readonly #posted = new Map<string, Posted>();
  /** Anchors whose final has come: whatever comes of them later is stale. */
  readonly #closed = new Set<string>();
  #open: OpenAnswer | undefined;
  #turnEpoch = -Infinity;
  #last: Promise<unknown> = Promise.resolve();
  #writers = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** Whether dropping the lane would forget nothing that matters. */
  get isIdle(): boolean {
    const isOpen = this.#open !== undefined && !this.#open.isClosed;
    return this.#writers === 0 && !isOpen;
  }

  preview(preview: Preview): void {
    if (this.#closed.has(preview.prompt) || preview.turnEpoch < this.#turnEpoch) return;
    const isNewTurn = preview.turnEpoch > this.#turnEpoch;
    this.#turnEpoch = preview.turnEpoch;
    const isOpen = this.#open?.isClosed === false || !isNewTurn;
    if (this.#open?.prompt === preview.prompt && isOpen) return this.#open.update(preview);
    this.#open?.close();
    this.#open = this.#begin(preview);
  }

  async deliver(
    reply: Reply,
    { takenOver, isUntouched = false }: Pick<ReplyTurn, 'takenOver' | 'isUntouched'>,
    writing: Writing,
  ): Promise<Delivered> {
    const open = this.#open?.prompt === reply.anchor ? this.#open : undefined;
    const workedForMs = reply.workedMs ?? open?.workedForMs();
    // Who is told to wait sees no typing, until a new turn takes the prompt up again.
    open?.close();
    if (reply.final) remember(this.#closed, reply.anchor);
    return this.#exclusive(async () => {
      const pace = this.#options.paceOf(reply.address);
      const pauseMs = pace.pauseMs(this.#options.clock.monotonic());
      if (pauseMs > 0) return { kind: 'later', afterMs: pauseMs };
      // What this process has posted since is known here.
      const posted = await this.#load(reply, isUntouched ? none : undefined);
      const { adapter, clock } = this.#options;
      const onPause = (afterMs: number) => pace.pause(clock.monotonic(), afterMs);
      const options = { adapter, clock, takenOver, workedForMs, onPause };
      const delivered = await deliverReply(reply, posted, options, writing);
      if (reply.final && delivered.kind === 'delivered') {
        this.#posted.delete(reply.anchor);
      }
      return delivered;
    });
  }

  /** Ends the previews and resolves once nothing is being written. */
  async end(): Promise<void> {
    this.#open?.close();
    await this.#open?.done;
    await this.#last;
  }

  #begin(preview: Preview): OpenAnswer {
    const { adapter, wire, receipts, clock, log, mayAct } = this.#options;
    const { conversation, pendingReplies } = this.#options;
    const { prompt, address } = preview;
    return new OpenAnswer(preview, {
      adapter,
      wire,
      pace: this.#options.paceOf(address),
      clock,
      log,
      mayAct,
      pendingReplies: () => pendingReplies(conversation),
      isAnswered: () => receipts.isClosed(prompt),
      exclusive: (work) =>
        this.#exclusive(async () => {
          // Closed while it waited: what is posted is the final's business.
          if (!this.#closed.has(prompt)) await work(await this.#load({ anchor: prompt, address }));
        }),
    });
  }

  async #load(
    of: { anchor: string; address: string; prompt?: string | undefined },
    noted?: ReadonlyMap<number, Receipt>,
  ): Promise<Posted> {
    const known = this.#posted.get(of.anchor);
    if (known !== undefined) return known;
    const { receipts, wire, clock, log, inheritedEditsFromMs, onResend } = this.#options;
    const { anchor, address } = of;
    const prompt = of.prompt ?? anchor;
    const posted = await Posted.load(
      {
        anchor,
        prompt,
        address,
        receipts,
        wire,
        clock,
        log,
        inheritedEditsFromMs,
        onResend: (chunk) => onResend({ prompt, chunk }),
      },
      noted,
    );
    this.#posted.set(anchor, posted);
    const [oldest] = this.#posted.keys();
    if (this.#posted.size > mostRemembered && oldest !== undefined) this.#posted.delete(oldest);
    return posted;
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    this.#writers += 1;
    const result = this.#last.then(work).finally(() => {
      this.#writers -= 1;
    });
    this.#last = result.catch(() => {});
    return result;
  }
}

function remember(anchors: Set<string>, anchor: string): void {
  anchors.delete(anchor);
  anchors.add(anchor);
  const [oldest] = anchors;
  if (anchors.size > mostRemembered && oldest !== undefined) anchors.delete(oldest);
}

const mostRemembered = 16;
const none: ReadonlyMap<number, Receipt> = new Map();
