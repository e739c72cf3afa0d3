import { Bot, type Context } from 'grammy';
import { OpenAI } from 'openai';

import { answerParent } from './child.ts';

/**
 * The same bot as one would write it in an evening, for comparison: grammY and openai in one process,
 * no queue, no history, nothing kept. It does not wait for one answer before it takes the next
 * message, as grammY alone would: up to 50 at once, like a worker of the bridge.
 */
const openai = new OpenAI({ baseURL: needed('XAI_API_URL'), apiKey: needed('XAI_API_KEY') });
const bot = new Bot(needed('TELEGRAM_TOKEN'), { client: { apiRoot: needed('TELEGRAM_API_URL') } });
const mostAtOnce = 50;
const waiting: (() => void)[] = [];
let running = 0;

async function answer(context: Context, question: string): Promise<void> {
  const stream = await openai.responses.create({
    model: 'grok-4.3',
    input: question,
    store: false,
    stream: true,
  });
  let text = '';
  for await (const event of stream) {
    if (event.type === 'response.output_text.delta') text += event.delta;
  }
  await context.reply(text);
}

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

function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

bot.on('message:text', (context) => {
  void inTurn(async () => answer(context, context.message.text));
});
void bot.start({ allowed_updates: ['message'], onStart: () => answerParent({}) });
