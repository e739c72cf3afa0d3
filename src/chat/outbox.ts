import type { Clock } from '../clock.ts';
import type { Preview, Reply } from '../reply.ts';
import type { Delivered } from './deliver.ts';
import { Lane } from './lane.ts';
import type { ReplyTurn } from './lane.ts';
import type { Adapter, Logger } from './port.ts';
import { Paces } from './preview-pace.ts';
import type { Receipts } from './receipts.ts';
import { editDeadlineMs, Wire } from './wire.ts';

export interface OutboxOptions {
  readonly adapter: Pick<
    Adapter,
    | 'post'
    | 'edit'
    | 'typing'
    | 'maxChars'
    | 'measure'
    | 'takesFiles'
    | 'takesButtons'
    | 'knowsNonces'
    | 'previewIntervalMs'
    | 'chatOf'
  >;
  readonly receipts: Receipts;
  /** How many replies of a conversation are not delivered yet. */
  readonly pendingReplies: (conversation: string) => Promise<number>;
  /** Whether this process still holds the account's lease: looked at before every write. */
  readonly mayAct: () => boolean;
  /** Aborts once the lease is lost: what is not on the wire by then never gets there. */
  readonly lost?: AbortSignal;
  readonly clock: Clock;
  readonly log: Logger;
  /** Counts what is sent again although it may have arrived. */
  readonly onResend?: (what: { readonly prompt: string; readonly chunk: number }) => void;
  /**
   * For how long after the start an edit of a dead predecessor may still arrive; 0 when it is known
   * to have ended in order.
   */
  readonly predecessorEditsForMs?: number;
}

/**
 * Shows replies and previews on one account's platform: each reply once, whole, and in order; of
 * previews only the newest, and none that could be taken for an answer. Made when the account's
 * lease is taken, disposed when it is given up.
 */
export class Outbox implements AsyncDisposable {
  readonly #options: OutboxOptions;
  readonly #wire: Wire;
  readonly #inheritedEditsFromMs: number;
  readonly #paces = new Paces();
  /** Least recently used first. */
  readonly #lanes = new Map<string, Lane>();
  #isEnding = false;

  constructor(options: OutboxOptions) {
    this.#options = options;
    this.#wire = new Wire(options);
    const forMs = options.predecessorEditsForMs ?? editDeadlineMs;
    this.#inheritedEditsFromMs = options.clock.monotonic() + forMs;
  }

  /**
   * Shows a reply, or as much of it as can be shown now. `later`: call again, then it goes on.
   *
   * @throws {BridgeError} `LEASE_LOST` when the right to write was lost. Rejects with what the
   *   receipts reject with: then, too, the next call goes on.
   */
  async deliver(reply: Reply, turn: ReplyTurn, signal: AbortSignal): Promise<Delivered> {
    signal.throwIfAborted();
    const mayAct = () => turn.mayAct() && this.#options.mayAct();
    return this.#lane(reply.conversation).deliver(reply, turn, { mayAct, signal });
  }

  /** Shows a preview when its turn and the platform's pace allow, unless a newer one comes first. */
  preview(preview: Preview): void {
    if (!this.#isEnding) this.#lane(preview.conversation).preview(preview);
  }

  /** Whether nothing that was sent can take effect any more; asked after the disposal. */
  get isQuiet(): boolean {
    return this.#wire.isQuiet;
  }

  /** Ends all previews and resolves when no call to the platform is under way. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isEnding = true;
    await Promise.all([...this.#lanes.values()].map((lane) => lane.end()));
    this.#lanes.clear();
  }

  #lane(conversation: string): Lane {
    const lane = this.#lanes.get(conversation) ?? this.#newLane(conversation);
    this.#lanes.delete(conversation);
    this.#lanes.set(conversation, lane);
    return lane;
  }

  #newLane(conversation: string): Lane {
    this.#dropIdle();
    const { adapter, receipts, pendingReplies, mayAct, clock, log } = this.#options;
    return new Lane({
      conversation,
      adapter,
      wire: this.#wire,
      paceOf: (address) =>
        this.#paces.of(adapter.chatOf?.(address) ?? conversation, clock.monotonic()),
      receipts,
      pendingReplies,
      mayAct,
      clock,
      log,
      inheritedEditsFromMs: this.#inheritedEditsFromMs,
      onResend: this.#options.onResend ?? (() => {}),
    });
  }

  /** An idle lane is kept for what it knows to be stale, until there are very many. */
  #dropIdle(): void {
    if (this.#lanes.size < mostIdleLanes) return;
    for (const [conversation, lane] of this.#lanes) {
      if (!lane.isIdle) continue;
      this.#lanes.delete(conversation);
      return;
    }
  }
}

const mostIdleLanes = 5_000;
