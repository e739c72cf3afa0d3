import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import type { Preview } from '../reply.ts';
import { harmless } from './clean.ts';
import { directWithinMs, placeholder } from './deliver.ts';
import type { Adapter, Logger } from './port.ts';
import type { Posted, Shown, Writing } from './posted.ts';
import type { PreviewPace } from './preview-pace.ts';
import { previewText } from './preview-text.ts';
import type { Wire } from './wire.ts';

export interface OpenAnswerOptions {
  readonly adapter: Pick<Adapter, 'maxChars' | 'measure' | 'takesButtons' | 'previewIntervalMs'>;
  readonly wire: Wire;
  readonly pace: PreviewPace;
  readonly clock: Clock;
  readonly log: Logger;
  readonly mayAct: () => boolean;
  /** Replies of the conversation that are not fully shown yet. */
  readonly pendingReplies: () => Promise<number>;
  /** Whether the prompt's final is shown: then this is the echo of a worker that woke up late. */
  readonly isAnswered: () => Promise<boolean>;
  /** Runs `work` while nothing else is written to the conversation, with what is posted for the prompt. */
  readonly exclusive: (work: (posted: Posted) => Promise<void>) => Promise<void>;
}

/**
 * An answer while it is being made: shows typing, then a placeholder, then previews, until it is
 * closed. Never queues previews: the newest replaces one that has not been shown yet.
 */
export class OpenAnswer {
  readonly #options: OpenAnswerOptions;
  readonly #beganAtMs: number;
  readonly #closing = new AbortController();
  #latest: Preview;
  #heardAtMs: number;
  #news = Promise.withResolvers<void>();

  constructor(first: Preview, options: OpenAnswerOptions) {
    this.#options = options;
    this.#latest = first;
    this.#beganAtMs = options.clock.monotonic();
    this.#heardAtMs = this.#beganAtMs;
    this.done = this.#run();
  }

  /** Resolves when nothing more will be written. Never rejects. */
  readonly done: Promise<void>;

  get prompt(): string {
    return this.#latest.prompt;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  workedForMs(): number {
    return this.#options.clock.monotonic() - this.#beganAtMs;
  }

  /** Takes a preview of this prompt unless a newer one is known. */
  update(preview: Preview): void {
    const { turnEpoch, seq } = this.#latest;
    if (this.isClosed) return;
    if (preview.turnEpoch < turnEpoch) return;
    if (preview.turnEpoch === turnEpoch && preview.seq <= seq) return;
    this.#latest = preview;
    this.#heardAtMs = this.#options.clock.monotonic();
    this.#news.resolve();
  }

  /** Nothing new is written from now on; what is under way ends by itself. */
  close(): void {
    this.#closing.abort(closed);
    this.#news.resolve();
    this.#latest = { ...this.#latest, text: '' };
  }

  async #run(): Promise<void> {
    const { clock, log } = this.#options;
    try {
      await clock.sleep(quietForMs, this.#closing.signal);
      await this.#turnToCome();
      const typing = this.#type();
      await clock.sleep(Math.max(0, directWithinMs - this.workedForMs()), this.#closing.signal);
      await this.#begin();
      await this.#previews();
      await typing;
    } catch (error) {
      if (!this.isClosed) log.warn({ err: error, prompt: this.prompt }, 'previews stopped');
      this.close();
    }
  }

  /** Posts the placeholder; again once the platform lets us, if it has asked us to wait. */
  async #begin(): Promise<void> {
    const { clock, pace } = this.#options;
    while (!(await this.#show(placeholder, 'placeholder')) && !this.isClosed) {
      await clock.sleep(Math.max(1, pace.pauseMs(clock.monotonic())), this.#closing.signal);
    }
  }

  /** Waits until every reply before this one is fully shown. */
  async #turnToCome(): Promise<void> {
    const { clock, pendingReplies, isAnswered } = this.#options;
    for (let ms = pendingPollMs; (await pendingReplies()) > 0; ms = Math.min(2 * ms, 800)) {
      await clock.sleep(ms, this.#closing.signal);
    }
    if (await isAnswered()) this.close();
    this.#closing.signal.throwIfAborted();
  }

  async #previews(): Promise<void> {
    const { adapter, clock, pace } = this.#options;
    let shownText = '';
    while (!this.isClosed) {
      const { text, address } = this.#latest;
      if (text === shownText) {
        await this.#news.promise;
        this.#news = Promise.withResolvers();
        continue;
      }
      const delayMs = pace.delayMs(clock.monotonic());
      if (delayMs > 0) {
        await clock.sleep(delayMs, this.#closing.signal);
        continue;
      }
      // Taken before it is sent: others of the same chat may wait for this moment, too.
      const intervalMs = adapter.previewIntervalMs(address);
      pace.shown(clock.monotonic(), intervalMs);
      const measure = (markdown: string) => adapter.measure(markdown);
      const preview = previewText(harmless(text), adapter.maxChars, measure);
      if (!(await this.#show(preview, 'preview'))) continue;
      pace.shown(clock.monotonic(), intervalMs);
      shownText = text;
    }
  }

  async #show(text: string, role: 'placeholder' | 'preview'): Promise<boolean> {
    let isShown = false;
    await this.#options.exclusive(async (posted) => {
      if (this.isClosed) return;
      const isThere = posted.messageId(0) !== undefined;
      if (role === 'placeholder' && isThere) {
        isShown = true;
        return;
      }
      // Deleted, or never posted: without its placeholder a preview has no place.
      if (role === 'preview' && !isThere) return this.close();
      // What is under way is not cut off: the final that closes this awaits its outcome.
      const writing: Writing = { mayAct: this.#options.mayAct, signal: never };
      const buttons =
        this.#options.adapter.takesButtons === true ? this.#latest.buttons : undefined;
      const shown = await posted.show({ chunk: 0, text, role, buttons }, writing);
      isShown = shown.kind === 'shown';
      this.#heed(shown, role);
    });
    return isShown;
  }

  #heed(shown: Shown, role: 'placeholder' | 'preview'): void {
    const { clock, pace } = this.#options;
    switch (shown.kind) {
      case 'shown':
        return;
      case 'refused':
        return this.close();
      case 'later': {
        // Asking again could leave a second "…", unless it was turned away: the final will do it.
        if (role === 'placeholder' && shown.why !== 'asked') this.close();
        const forMs = shown.why === 'unknown' ? troubleMs : shown.afterMs;
        if (shown.why === 'asked') pace.pause(clock.monotonic(), forMs);
        else pace.shown(clock.monotonic(), forMs);
      }
    }
  }

  /** Shows typing until it is closed, or nothing has been heard of the work for long. */
  async #type(): Promise<void> {
    const { clock, pace, wire, mayAct } = this.#options;
    while (!this.isClosed) {
      const nowMs = clock.monotonic();
      if (nowMs - this.#heardAtMs > abandonedAfterMs) return this.close();
      if (pace.pauseMs(nowMs) === 0 && mayAct()) {
        await wire.typing(this.#latest.address, this.#closing.signal);
      }
      await clock.sleep(typingEveryMs, this.#closing.signal).catch(() => {});
    }
  }
}

/** An answer that comes sooner costs no look into Redis and no call that shows typing. */
const quietForMs = 40;
/** The first time; under load most answers are closed before they get that far. */
const pendingPollMs = 50;
/** Telegram shows it for 5 s, Discord for 10 s. */
const typingEveryMs = 4_000;
/** Longer than the longest answer takes to begin. */
const abandonedAfterMs = 900_000;
/** How long previews wait after one whose outcome is unknown. */
const troubleMs = 5_000;
const never = new AbortController().signal;
/** Made once: an abort without a reason makes an error, with its stack, each time. */
const closed = new BridgeError('STOPPED', 'the answer is closed');
