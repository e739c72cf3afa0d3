import { statSync } from 'node:fs';

import { expect } from 'vitest';

import { answers, type Chatter } from '../people.ts';
import type { Person, Somewhere } from './platform.ts';

/** The terminal of the program itself, for the table of features: one person, one conversation. */
export function atTerminal({ world, daemon }: Pick<Somewhere, 'world' | 'daemon'>): Somewhere {
  // Lines of the log are JSON and stand in between.
  const printed = () =>
    daemon.output
      .split('\n')
      .filter((line) => !line.startsWith('{"level"'))
      .join('\n');
  let before = 0;
  const shown = () => [printed().slice(before)];
  const until: Chatter['until'] = async (find, ms = 30_000) => {
    const found = () => find(shown());
    await expect.poll(() => Boolean(found()), { timeout: ms, interval: 10 }).toBe(true);
    const result = found();
    if (result === undefined || result === false) throw new Error('it is gone again');
    return result;
  };
  const say = (text: string) => daemon.type(text);
  return {
    world,
    daemon,
    meet: (): Person => {
      before = printed().length;
      return {
        say,
        shown,
        everShown: shown,
        until,
        files: () =>
          [
            ...printed()
              .slice(before)
              .matchAll(/^📎 (\/.+)$/gm),
          ]
            .map(([, path = '']) => path)
            .filter((path) => statSync(path).size > 0)
            .map((path) => /[^-]+$/.exec(path)?.[0] ?? ''),
        markup: () => shown().join(),
        ask: async (question, ms) => {
          say(question);
          return until(([all = '']) => {
            const answer = all.slice(all.lastIndexOf('You said: '));
            return answers(answer, question) && answer.includes('This is turn') && answer;
          }, ms);
        },
      };
    },
  };
}
