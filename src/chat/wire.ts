import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { Adapter, Delivery, Logger, Outgoing } from './port.ts';

/** What a call to the platform came to once moves were followed. */
export type Sent = Exclude<Delivery, { readonly kind: 'moved' }>;

export const postDeadlineMs = 15_000;
export const editDeadlineMs = 5_000;

/**
 * The adapter as the outbox calls it: every call has a deadline, none is made by a bridge that may
 * not act, and a conversation that has moved is followed.
 */
export class Wire {
  readonly #adapter: Pick<Adapter, 'post' | 'edit' | 'typing'>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #lost: AbortSignal | undefined;
  /** Old address → new. A platform repeats it when asked, so forgetting one costs a call. */
  readonly #moved = new Map<string, string>();
  #mayArriveUntilMs = -Infinity;

  constructor(options: {
    readonly adapter: Pick<Adapter, 'post' | 'edit' | 'typing'>;
    readonly clock: Clock;
    readonly log: Logger;
    /** Aborts once nothing may be written any more, calls under way included. */
    readonly lost?: AbortSignal;
  }) {
    this.#adapter = options.adapter;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#lost = options.lost;
  }

  /** Whether no call of which nobody knows what became of it can take effect any more. */
  get isQuiet(): boolean {
    return this.#clock.monotonic() >= this.#mayArriveUntilMs;
  }

  /** @throws {BridgeError} `LEASE_LOST` when `mayAct` says no right before the call. */
  async post(
    address: string,
    message: Outgoing,
    mayAct: () => boolean,
    signal: AbortSignal,
  ): Promise<Sent> {
    for (let hops = 0; hops < 4; hops += 1) {
      const at = this.#whereNow(address);
      const sent = await this.#call(postDeadlineMs, mayAct, signal, (deadline) =>
        this.#adapter.post(at, message, deadline),
      );
      if (sent.kind !== 'moved') return sent;
      this.#follow(at, sent.address);
    }
    return { kind: 'refused', why: 'the conversation keeps moving' };
  }

  /**
   * `missing` also when the conversation has moved: there, the id may be another message's.
   *
   * @throws {BridgeError} `LEASE_LOST` when `mayAct` says no right before the call.
   */
  async edit(
    address: string,
    messageId: string,
    message: Outgoing,
    mayAct: () => boolean,
    signal: AbortSignal,
  ): Promise<Sent> {
    const at = this.#whereNow(address);
    const sent = await this.#call(editDeadlineMs, mayAct, signal, (deadline) =>
      this.#adapter.edit(at, messageId, message, deadline),
    );
    if (sent.kind !== 'moved') return sent;
    this.#follow(at, sent.address);
    return { kind: 'missing' };
  }

  async typing(address: string, signal: AbortSignal): Promise<void> {
    try {
      await this.#within(editDeadlineMs, signal, (deadline) =>
        this.#adapter.typing(this.#whereNow(address), deadline),
      );
    } catch (error) {
      this.#log.debug({ err: error }, 'typing not shown');
    }
  }

  async #call(
    deadlineMs: number,
    mayAct: () => boolean,
    signal: AbortSignal,
    call: (deadline: AbortSignal) => Promise<Delivery>,
  ): Promise<Delivery> {
    requireRight(mayAct);
    const delivery = await this.#outcome(deadlineMs, signal, call);
    if (delivery.kind === 'unknown') {
      this.#mayArriveUntilMs = this.#clock.monotonic() + editDeadlineMs;
    }
    return delivery;
  }

  async #outcome(
    deadlineMs: number,
    signal: AbortSignal,
    call: (deadline: AbortSignal) => Promise<Delivery>,
  ): Promise<Delivery> {
    try {
      return await this.#within(deadlineMs, signal, call);
    } catch (error) {
      const why = error instanceof Error ? `${error.name}: ${error.message}` : 'not an error';
      return { kind: 'unknown', why };
    }
  }

  /** Rejects at the deadline or when stopped, whether or not the adapter heeds its signal. */
  async #within<T>(
    deadlineMs: number,
    signal: AbortSignal,
    call: (deadline: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const ended = new AbortController();
    const ends = this.#lost === undefined ? [signal] : [signal, this.#lost];
    const either = AbortSignal.any([...ends, ended.signal]);
    const timer = this.#clock.sleep(deadlineMs, either).then(() => {
      throw new BridgeError('DEADLINE_PASSED', `no answer within ${deadlineMs} ms`);
    });
    try {
      return await Promise.race([call(either), timer]);
    } finally {
      timer.catch(() => {});
      ended.abort(over);
    }
  }

  #whereNow(address: string): string {
    return this.#moved.get(address) ?? address;
  }

  #follow(from: string, to: string): void {
    this.#log.info({ from, to }, 'conversation moved');
    for (const [old, known] of this.#moved) if (known === from) this.#moved.set(old, to);
    this.#moved.set(from, to);
    const [oldest] = this.#moved.keys();
    if (this.#moved.size > 1_000 && oldest !== undefined) this.#moved.delete(oldest);
  }
}

/** Made once: an abort without a reason makes an error, with its stack, each time. */
const over = new BridgeError('STOPPED', 'the call is over');

/** @throws {BridgeError} `LEASE_LOST` */
export function requireRight(mayAct: () => boolean): void {
  if (mayAct()) return;
  throw new BridgeError(
    'LEASE_LOST',
    'This process may no longer write to the platform; the one that holds the lease goes on.',
  );
}
