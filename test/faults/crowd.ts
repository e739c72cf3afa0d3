import { expect } from 'vitest';

import { unfinished } from '../../sandbox/players.ts';
import type { SandboxWorld } from '../../sandbox/world.ts';
import { type Chatter, discordDm, telegramPrivate } from '../people.ts';

interface Person {
  readonly chatter: Chatter;
  readonly asked: string[];
}

/** What stands in the chats beyond one answer for each question; only Telegram may have any. */
export interface Extras {
  /** A "…" whose receipt was lost: the next process posted another. */
  strays: number;
  /** A message that was sent again because nobody knew whether it had arrived. */
  repeats: number;
}

/** People on both platforms who ask one thing after the other, whether or not they were answered. */
export class Crowd {
  readonly #people: readonly Person[];

  constructor(world: SandboxWorld, size: number) {
    this.#people = Array.from({ length: size }, (_, at) => ({
      chatter: at % 2 === 0 ? discordDm(world, `D${at}`) : telegramPrivate(world, `T${at}`),
      asked: [],
    }));
  }

  get size(): number {
    return this.#people.length;
  }

  get asked(): number {
    return this.#people.reduce((sum, { asked }) => sum + asked.length, 0);
  }

  /** One of them asks; `long`: for an answer of several messages. */
  ask(at: number, long = false): void {
    const person = this.#people[at % this.#people.length];
    if (person === undefined) return;
    const question = `${long ? 'A long one' : 'Question'} ${person.asked.length + 1}?`;
    person.asked.push(question);
    person.chatter.say(question);
  }

  /** Whose last answers are not there yet, with what stands there instead. */
  unanswered(): string[] {
    return this.#people.flatMap(({ chatter, asked }) => {
      const { heads } = read(chatter);
      const last = finals(chatter).at(-1) ?? '';
      const isWhole =
        heads.length >= asked.length &&
        !unfinished(last) &&
        (!isLong(last) || last.includes(theEnd));
      return isWhole ? [] : [`${chatter.name}: ${heads.length} of ${asked.length}`];
    });
  }

  /** What everybody asked and was shown, and when, for a person to read. */
  picture(): string {
    return this.#people
      .map(({ chatter, asked }) =>
        JSON.stringify({ name: chatter.name, asked, history: chatter.history() }),
      )
      .join('\n');
  }

  /**
   * Each question has one answer (or the words that say why not), whole and in order, and nothing
   * else stands there, but for what is counted.
   */
  verify(): Extras & { answers: number; refused: number } {
    const found = { strays: 0, repeats: 0, answers: 0, refused: 0 };
    const wrong: string[] = [];
    for (const { chatter, asked } of this.#people) {
      const { heads, strays, repeats, broken } = read(chatter);
      if (chatter.name.startsWith('D') && strays + repeats > 0) broken.push('repeated on Discord');
      found.strays += strays;
      found.repeats += repeats;
      found.answers += heads.filter((head) => head !== refused).length;
      found.refused += heads.filter((head) => head === refused).length;
      const fits =
        heads.length === asked.length &&
        heads.every((head, at) => head === refused || head === asked[at]);
      if (!fits) broken.push(`asked ${asked.join(' ')}; answered ${heads.join(' ')}`);
      if (broken.length > 0) wrong.push(`${chatter.name}: ${broken.join('; ')}`);
    }
    expect(wrong).toEqual([]);
    return found;
  }
}

const refused = 'refused';
const theEnd = 'nothing was cut off';

function finals(chatter: Chatter): string[] {
  return chatter.shown().filter((text) => text !== '…');
}

/** Which questions a chat answers, in order, and what does not belong there. */
function read(chatter: Chatter) {
  const shown = finals(chatter);
  const found = {
    heads: new Array<string>(),
    broken: new Array<string>(),
    strays: chatter.shown().length - shown.length,
    repeats: 0,
  };
  let isOpen = false;
  let last = '';
  for (const text of shown) {
    if (text === last) {
      found.repeats += 1;
      continue;
    }
    last = text;
    const head = /^You said: “([^”]*)”|^[^]{0,40}You asked: “([^”]*)”/.exec(text);
    const words = /\(Reference: [0-9a-f]{8}\)/.test(text);
    if (head !== null || words) {
      if (isOpen) found.broken.push('a long answer without its end');
      isOpen = isLong(text);
      found.heads.push(head?.[1] ?? head?.[2] ?? refused);
      if (unfinished(text)) found.broken.push('a preview was left');
    } else if (!isOpen) found.broken.push(`not an answer: ${text.slice(0, 60)}`);
    if (isOpen && text.includes(theEnd)) isOpen = false;
  }
  if (isOpen) found.broken.push('the last one without its end');
  return found;
}

function isLong(text: string): boolean {
  return text.includes('A long answer');
}
