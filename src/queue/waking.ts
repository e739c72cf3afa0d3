import type { Clock } from '../clock.ts';

/**
 * For so long after its last turn was added a conversation is taken to be at work. Nobody writes twice
 * in that time by hand: what comes then is part of a burst.
 */
const atWorkMs = 500;
/** For so long what comes is taken to be turned away, once something was. */
const shunnedMs = 60_000;
/** What is forgotten costs a turn too many, or a round trip, and nothing else. */
const most = 10_000;

interface Mark {
  /** Monotonic, as the others; `-Infinity`: not lately. */
  addedAtMs: number;
  shunnedUntilMs: number;
}

/** The turn of one prompt that is being put in. */
export interface Wake {
  /** Goes along with the script that puts it in, a round trip earlier than behind it. */
  beside(): Promise<void>;
  /** The script is done: so many prompts now wait there. */
  stored(prompts: number): Promise<void>;
  /** The script has stored nothing. */
  refused(why: 'unwelcome' | 'other'): void;
}

/**
 * Sees to it that prompts which are put in get a turn. What comes right behind another prompt of its
 * conversation needs none: the turn of that one goes on to it, or the sweeper makes up for it. And
 * where people are turned away none is added before it is known that they are not.
 */
export class Waking {
  readonly #add: (conversation: string) => Promise<void>;
  readonly #clock: Clock;
  readonly #marks = new Map<string, Mark>();

  constructor(add: (conversation: string) => Promise<void>, clock: Clock) {
    this.#add = add;
    this.#clock = clock;
  }

  /** `isSure`: nobody will be turned away. */
  of(conversation: string, isSure: boolean): Wake {
    const mark = this.#markOf(conversation);
    const nowMs = this.#clock.monotonic();
    const isAtWork = nowMs - mark.addedAtMs < atWorkMs;
    const waits = isAtWork || (!isSure && nowMs < mark.shunnedUntilMs);
    return {
      beside: async () => {
        if (!waits) await this.#wake(conversation, mark);
      },
      stored: async (prompts) => {
        mark.shunnedUntilMs = -Infinity;
        if (waits && prompts === 1) await this.#wake(conversation, mark);
      },
      refused: (why) => {
        mark.addedAtMs = -Infinity;
        if (why === 'unwelcome') mark.shunnedUntilMs = nowMs + shunnedMs;
      },
    };
  }

  async #wake(conversation: string, mark: Mark): Promise<void> {
    mark.addedAtMs = this.#clock.monotonic();
    try {
      await this.#add(conversation);
    } catch (error) {
      mark.addedAtMs = -Infinity;
      throw error;
    }
  }

  #markOf(conversation: string): Mark {
    const known = this.#marks.get(conversation);
    if (known !== undefined) return known;
    if (this.#marks.size >= most) this.#marks.clear();
    const mark = { addedAtMs: -Infinity, shunnedUntilMs: -Infinity };
    this.#marks.set(conversation, mark);
    return mark;
  }
}
