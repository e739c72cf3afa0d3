import type { Usage } from './child.ts';
import { answer, type Contestant } from './stage.ts';

export interface Load {
  readonly users: number;
  readonly each: number;
}

/** One round under full load. */
export interface Round {
  readonly perSecond: number;
  /** CPU time of the bot's process for one prompt. */
  readonly cpuMs: number;
  readonly usage: Usage;
}

/** All users write all they have to say at once; the round ends when the last answer is shown. */
export async function answerAll(bot: Contestant, { users, each }: Load): Promise<Round> {
  const { telegram } = bot;
  const before = await bot.usage();
  const people = Array.from({ length: users }, (_, n) => telegram.createUser(`Person ${n}`));
  const begunAt = performance.now();
  for (let n = 0; n < each; n += 1) {
    for (const user of people) telegram.say({ user, chat: user, text: `Question ${n}?` });
  }
  const open = [...people];
  await telegram.waitFor(
    () => {
      for (let user = open.at(-1); user !== undefined; user = open.at(-1)) {
        const answers = telegram.messages(user).filter(({ text }) => text === answer);
        if (answers.length < each) return false;
        open.pop();
      }
      return true;
    },
    { timeoutMs: 60_000 },
  );
  const seconds = (performance.now() - begunAt) / 1000;
  const usage = await bot.usage();
  const prompts = users * each;
  return { perSecond: prompts / seconds, cpuMs: (usage.cpuMs - before.cpuMs) / prompts, usage };
}
