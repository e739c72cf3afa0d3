import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { PartStore } from './part-store.ts';
import { joined, readPart, writePart } from './parts-of-messages.ts';
import type {
  Deleted,
  Incoming,
  Intake,
  Logger,
  MessagePart,
  Pressed,
  Received,
  Typed,
} from './port.ts';

export interface GatheringOptions {
  /** What takes whole messages. */
  readonly intake: Intake;
  readonly parts: PartStore;
  readonly clock: Clock;
  readonly log: Logger;
  /** When no more parts are expected after the last one. */
  readonly quietMs?: number;
}

/** More are not waited for. So much of a text that was cut is more than is taken anyway. */
const mostParts = 20;

/** What is known of a message that may go on. */
interface Group {
  readonly author: string;
  /** How its last message may go on; undefined: it does not. */
  open: MessagePart | undefined;
  parts: number;
  timer: AbortController;
}

/**
 * Makes one message of an album, of a text that a client cut at its limit, or of what is passed on
 * with what is said to it, before it is taken in.
 * A part is safe, and may be confirmed, once it lies in the store: what a process leaves there when
 * it dies, the next one goes on with. All other messages pass through untouched and in their order.
 */
export class Gathering implements Intake {
  readonly #options: GatheringOptions;
  readonly #signal: AbortSignal;
  readonly #groups = new Map<string, Group>();
  readonly #tails = new Map<string, Promise<unknown>>();

  /** `signal` aborts when the process may act no more. */
  constructor(options: GatheringOptions, signal: AbortSignal) {
    this.#options = options;
    this.#signal = signal;
  }

  /** Takes up what an earlier process has left; its last part may still be on its way. */
  async resume(): Promise<void> {
    const { parts, log } = this.#options;
    for (const conversation of await parts.conversations()) {
      const { messages, ours } = this.#sorted(conversation, await parts.read(conversation));
      log.info({ conversation, parts: messages.length }, 'parts of an earlier process');
      for (const message of messages) this.#extend(message);
      if (messages.length === 0) await parts.drop(conversation, ours);
    }
  }

  async receive(message: Incoming, signal: AbortSignal): Promise<Received> {
    const { conversation } = message;
    const isKnown = this.#groups.has(conversation) || this.#tails.has(conversation);
    if (!isKnown && !opens(message)) return this.#options.intake.receive(message, signal);
    return this.#exclusive(conversation, async () => this.#take(message, signal));
  }

  async edited(message: Incoming, signal: AbortSignal): Promise<void> {
    await this.#options.intake.edited?.(message, signal);
  }

  async suggest(typed: Typed, signal: AbortSignal): Promise<readonly string[]> {
    return (await this.#options.intake.suggest?.(typed, signal)) ?? [];
  }

  async pressed(press: Incoming, signal: AbortSignal): Promise<Pressed> {
    return (await this.#options.intake.pressed?.(press, signal)) ?? {};
  }

  async deleted(message: Deleted, signal: AbortSignal): Promise<void> {
    await this.#options.intake.deleted?.(message, signal);
  }

  /** Takes in what is there, without waiting for more. What cannot be stays for the next process. */
  async end(): Promise<void> {
    for (const conversation of this.#groups.keys()) {
      await this.#exclusive(conversation, async () => this.#flush(conversation)).catch(
        (err: unknown) => this.#options.log.warn({ err }, 'parts left for the next process'),
      );
    }
    for (const { timer } of this.#groups.values()) timer.abort(over);
  }

  async #take(message: Incoming, signal: AbortSignal): Promise<Received> {
    const { conversation, id } = message;
    const group = this.#groups.get(conversation);
    const isPart = group === undefined ? opens(message) : belongs(message, group);
    if (!isPart) {
      // Whoever is heard next in the conversation must not overtake what came before.
      if (group !== undefined && isForUs(message)) await this.#flush(conversation);
      if (!opens(message)) return this.#options.intake.receive(message, signal);
    }
    // The rest of a text that is refused for its length belongs to it, and needs no keeping.
    const isRest = isPart && group?.open?.kind === 'cut' && group.parts >= mostParts;
    const added = isRest || (await this.#options.parts.add(conversation, id, writePart(message)));
    if (added === 'known') return 'known';
    const { open, parts } = this.#extend(message);
    if (open === undefined || (parts >= mostParts && open.kind !== 'cut')) {
      // The parts are safe: if this fails, the timer tries again.
      await this.#flush(conversation).catch((err: unknown) => this.#report(conversation, err));
    }
    return 'queued';
  }

  /** Notes that a part is there, and waits for the next one from now on. */
  #extend(message: Incoming): Group {
    const { conversation, author, part } = message;
    const known = this.#groups.get(conversation);
    known?.timer.abort(over);
    const group: Group = known ?? {
      author: author.id,
      open: part,
      parts: 0,
      timer: new AbortController(),
    };
    group.open = part;
    group.parts += 1;
    group.timer = new AbortController();
    this.#groups.set(conversation, group);
    const until = AbortSignal.any([group.timer.signal, this.#signal]);
    // Rejects only when it is stopped.
    this.#flushLater(conversation, until).catch(() => undefined);
    return group;
  }

  async #flushLater(conversation: string, until: AbortSignal): Promise<void> {
    const { clock, quietMs = 1_000 } = this.#options;
    while (this.#groups.has(conversation)) {
      await clock.sleep(quietMs, until);
      await this.#exclusive(conversation, async () => {
        if (!until.aborted) await this.#flush(conversation);
      }).catch((err: unknown) => this.#report(conversation, err));
    }
  }

  async #flush(conversation: string): Promise<void> {
    const { intake, parts, log } = this.#options;
    const { messages, ours } = this.#sorted(conversation, await parts.read(conversation));
    const whole = joined(messages);
    if (whole !== undefined) {
      log.debug({ prompt: whole.id, parts: messages.length }, 'parts joined');
      await intake.receive(whole, this.#signal);
    }
    await parts.drop(conversation, ours);
    this.#groups.get(conversation)?.timer.abort(over);
    this.#groups.delete(conversation);
  }

  /** The messages among what lies there, and all of it that is not left for a newer version. */
  #sorted(conversation: string, lying: readonly string[]) {
    const read = lying.map((text) => ({ text, part: readPart(text) }));
    const newer = read.filter(({ part }) => part.kind === 'newer').length;
    if (newer > 0) {
      const facts = { conversation, parts: newer, code: 'RECORD_NEWER' };
      this.#options.log.error(
        facts,
        'parts were written by a newer version, left for a newer bridge',
      );
    }
    return {
      messages: read.flatMap(({ part }) => (part.kind === 'whole' ? [part.message] : [])),
      ours: read.flatMap(({ text, part }) => (part.kind === 'newer' ? [] : [text])),
    };
  }

  #report(conversation: string, err: unknown): void {
    this.#options.log.warn({ conversation, err }, 'parts not taken in, trying again');
  }

  async #exclusive<T>(conversation: string, work: () => Promise<T>): Promise<T> {
    const result = (this.#tails.get(conversation) ?? Promise.resolve()).then(work);
    const tail = result
      .catch(() => undefined)
      .finally(() => {
        if (this.#tails.get(conversation) === tail) this.#tails.delete(conversation);
      });
    this.#tails.set(conversation, tail);
    return result;
  }
}

const over = new BridgeError('STOPPED', 'the message is whole');

function isForUs(message: Incoming): boolean {
  return message.isAddressed && !message.fromBot;
}

function opens(message: Incoming): boolean {
  return message.part !== undefined && isForUs(message);
}

/** The rest of what may go on. A command stands for itself. */
function belongs(message: Incoming, { author, open }: Group): boolean {
  const { part, text } = message;
  if (message.fromBot || message.author.id !== author || open === undefined) return false;
  switch (open.kind) {
    case 'album':
      return part?.kind === 'album' && part.album === open.album;
    case 'cut':
      return (part === undefined || part.kind === 'cut') && !commandLike.test(text);
    case 'forward':
      return part?.kind === 'forward' || (part === undefined && !commandLike.test(text));
    case 'comment':
      return part?.kind === 'forward';
  }
}

const commandLike = /^\/[a-z]{2,32}(?:\s.{0,32})?$/i;
