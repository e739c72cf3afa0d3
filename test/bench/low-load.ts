import { setTimeout as delay } from 'node:timers/promises';

import type { XaiSandbox } from '../../sandbox/xai/sandbox.ts';
import { answer, type Contestant, preciseNow } from './stage.ts';

/** Milliseconds, one of each a message. */
export interface Overheads {
  /** The message is written → the request is at Grok. */
  readonly before: number[];
  /** Grok's last byte → the answer is shown. */
  readonly after: number[];
}

export function noOverheads(): Overheads {
  return { before: [], after: [] };
}

/** So many take turns that nobody writes twice in half a second, which no person does by hand. */
const people = 30;

/** The people of each Telegram: who comes back has a history, as people have. */
const known = new WeakMap<Contestant['telegram'], number[]>();

function peopleOf(telegram: Contestant['telegram']): number[] {
  const users = known.get(telegram) ?? [];
  while (users.length < people) users.push(telegram.createUser(`Person ${users.length}`));
  known.set(telegram, users);
  return users;
}

/** Asks one question after the other, with pauses, and adds what each of them took. */
export async function askOneByOne(
  { telegram }: Contestant,
  xai: XaiSandbox,
  questions: number,
  into: Overheads,
): Promise<void> {
  const users = peopleOf(telegram);
  for (let asked = 0; asked < questions; asked += 1) {
    await delay(5 + 10 * Math.random());
    const user = users[asked % people] ?? 0;
    const saidAt = preciseNow();
    const question = telegram.say({ user, chat: user, text: `Question ${asked} of the bench?` });
    const shownAt = await telegram.waitFor(
      () => isAnswered(telegram, user, question) && preciseNow(),
      { timeoutMs: 20_000 },
    );
    const request = xai.requests.at(-1);
    if (request?.endedAt === undefined) throw new Error('an answer was shown before it was given');
    into.before.push(request.at - saidAt);
    into.after.push(shownAt - request.endedAt);
  }
}

function isAnswered(telegram: Contestant['telegram'], user: number, question: number): boolean {
  return telegram.messages(user).some(({ messageId, text }) => {
    return messageId > question && text === answer;
  });
}
