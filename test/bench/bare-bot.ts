import { Bot } from 'grammy';

import { answerParent } from './child.ts';
import { needed, plainAnswer } from './plain-answer.ts';

/**
 * The same bot as one would write it in an evening, for comparison: grammY and openai in one process,
 * no queue, no history, nothing kept. It does not wait for one answer before it takes the next
 * message, as grammY alone would: up to 50 at once, like a worker of the bridge.
 */
const bot = new Bot(needed('TELEGRAM_TOKEN'), { client: { apiRoot: needed('TELEGRAM_API_URL') } });
const mostAtOnce = 50;
const waiting: (() => void)[] = [];
let running = 0;

async function inTurn(work: () => Promise<void>): Promise<void> {
  if (running >= mostAtOnce) {
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    await promise;
  }
  running += 1;
  try {
    await work();
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

bot.on('message:text', (context) => {
  void inTurn(async () => {
    await context.reply(await plainAnswer(context.message.text));
  });
});
void bot.start({ allowed_updates: ['message'], onStart: () => answerParent({}) });
