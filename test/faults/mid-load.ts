import { expect } from 'vitest';

import type { SandboxWorld } from '../../sandbox/world.ts';
import { answers, type Chatter, discordDm, telegramPrivate } from '../people.ts';
import type { Stage } from '../stage.ts';

/** So long does the stand-in take for an answer that many are under way at any moment. */
export const slowAnswers = { firstChunkDelayMs: 300, chunkDelayMs: 30 } as const;

/** People on both platforms who have each asked several questions, one after the other. */
export class Load {
  readonly people: readonly Chatter[];
  readonly #questions: readonly string[];
  readonly #world: SandboxWorld;

  private constructor(
    world: SandboxWorld,
    people: readonly Chatter[],
    questions: readonly string[],
  ) {
    this.#world = world;
    this.people = people;
    this.#questions = questions;
  }

  get prompts(): number {
    return this.people.length * this.#questions.length;
  }

  /**
   * Everybody asks everything, and the bridge has taken it: what is said on Discord while nobody
   * listens is not heard.
   */
  static async begin(
    stage: Stage,
    size: { readonly people: number; readonly questions: number },
  ): Promise<Load> {
    const { world } = stage;
    const people = Array.from({ length: size.people }, (_, at) =>
      at % 2 === 0 ? discordDm(world, `D${at}`) : telegramPrivate(world, `T${at}`),
    );
    const questions = Array.from({ length: size.questions }, (_, at) => `Question ${at + 1}?`);
    const load = new Load(world, people, questions);
    for (const question of questions) for (const person of people) person.say(question);
    const bridge = stage.daemons.at(-1);
    const taken = () => bridge?.lines.filter(({ msg }) => msg === 'message taken').length ?? 0;
    await expect.poll(taken, { timeout: 20_000 }).toBe(load.prompts);
    return load;
  }

  /** How many answers stand there. */
  answered(): number {
    const done = ({ shown }: { shown: readonly string[] }) =>
      this.#questions.filter((question) => shown.some((text) => answers(text, question))).length;
    return this.people.reduce((sum, person) => sum + done({ shown: person.shown() }), 0);
  }

  /** Resolves as soon as so many answers stand there. */
  async until(count: number, timeoutMs = 60_000): Promise<void> {
    const { discord, telegram } = this.#world;
    const options = { timeoutMs, what: `${count} answers` };
    const given = new AbortController();
    const either = [discord, telegram].map(async (platform) =>
      platform.waitFor(() => given.signal.aborted || this.answered() >= count, options),
    );
    try {
      await Promise.race(either);
    } finally {
      given.abort();
      // Whoever did not see it first ends at its next happening, or at its deadline.
      for (const waiting of either) waiting.catch(() => undefined);
    }
  }

  /**
   * Every question has its answer once and in order, made with all that was said before, and nothing
   * else stands there. Returns how many placeholders were left on Telegram, which has no key for a
   * message: one whose receipt was lost with the process is posted again.
   */
  verify(): { strays: number } {
    let strays = 0;
    for (const person of this.people) {
      const shown = person.shown();
      const whole = shown.filter((text) => text !== '…');
      if (person.name.startsWith('T')) strays += shown.length - whole.length;
      else expect(shown).toEqual(whole);
      const wanted = this.#questions.map(
        (question, at) => `You said: “${question}” turn ${at + 1}`,
      );
      expect(whole.map(gist), person.name).toEqual(wanted);
    }
    return { strays };
  }
}

function gist(text: string): string {
  const [, question = text] = /^(You said: “[^”]*”)/.exec(text) ?? [];
  const [, turn = '?'] = /This is turn (\d+)\./.exec(text) ?? [];
  return `${question} turn ${turn}`;
}
