import { createHash, timingSafeEqual } from 'node:crypto';

import type { Clock } from '../clock.ts';

/** A person may guess so often within an hour. */
const mostGuesses = 5;
const windowMs = 3_600_000;
/** Of more people than this the guesses of those heard first are forgotten. */
const mostPeople = 1_000;

interface Guesser {
  readonly sinceMs: number;
  /** By the message's id: a platform may give a message twice. */
  readonly messages: Set<string>;
}

/**
 * The code that makes a stranger the owner. Comparing takes as long for every text; who has tried five
 * wrong ones within an hour is not listened to any more, not even with the right one.
 */
export class Claim {
  readonly #code: Buffer;
  readonly #clock: Clock;
  readonly #guessers = new Map<string, Guesser>();

  constructor(code: string, clock: Clock) {
    this.#code = digest(code);
    this.#clock = clock;
  }

  /** Whether this message holds the code, and its author may still try. */
  isMadeBy(message: {
    readonly id: string;
    readonly text: string;
    readonly author: { readonly id: string };
  }): boolean {
    if (!looksLikeCode(message.text)) return false;
    const guesser = this.#guesserOf(message.author.id);
    const isRight = timingSafeEqual(digest(message.text), this.#code);
    if (guesser.messages.size >= mostGuesses && !guesser.messages.has(message.id)) return false;
    if (!isRight) guesser.messages.add(message.id);
    return isRight;
  }

  #guesserOf(person: string): Guesser {
    const nowMs = this.#clock.now();
    const known = this.#guessers.get(person);
    if (known !== undefined && nowMs - known.sinceMs < windowMs) return known;
    const [oldest] = this.#guessers.keys();
    if (this.#guessers.size >= mostPeople && oldest !== undefined) this.#guessers.delete(oldest);
    const guesser = { sinceMs: nowMs, messages: new Set<string>() };
    this.#guessers.set(person, guesser);
    return guesser;
  }
}

/** What people type is read without regard to case and the blanks around it. */
function normal(text: string): string {
  return text.trim().toUpperCase();
}

/** Anything else is no guess but a message. */
function looksLikeCode(text: string): boolean {
  return text.length < 100 && /^\s*[A-Z0-9]{8}\s*$/i.test(text);
}

function digest(code: string): Buffer {
  return createHash('sha256').update(normal(code)).digest();
}
