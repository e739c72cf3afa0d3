import { Queue, Worker } from 'bullmq';
import { Bot } from 'grammy';
import { Redis } from 'ioredis';
import { OpenAI } from 'openai';
import { z } from 'zod';

import { redisOptions } from '../../src/redis/connection.ts';
import { answerParent } from './child.ts';

/**
 * The bare bot with BullMQ as its manual has it: a queue of questions and one of answers, each job
 * on the disk before the next step. No order within a conversation, no history, nothing told twice
 * apart. What two queues cost by themselves.
 */
const openai = new OpenAI({ baseURL: needed('XAI_API_URL'), apiKey: needed('XAI_API_KEY') });
const bot = new Bot(needed('TELEGRAM_TOKEN'), { client: { apiRoot: needed('TELEGRAM_API_URL') } });
const connection = new Redis(needed('REDIS_URL'), redisOptions());
const options = { connection, prefix: `queued-${process.pid}` };
const kept = { removeOnComplete: true };
const questions = new Queue('questions', options);
const answers = new Queue('answers', options);
const job = z.object({ chat: z.number(), text: z.string() });

async function answer(question: string): Promise<string> {
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
  return text;
}

const asking = new Worker(
  'questions',
  async ({ data }) => {
    const { chat, text } = job.parse(data);
    await answers.add('answer', { chat, text: await answer(text) }, kept);
  },
  { ...options, concurrency: 50 },
);
const showing = new Worker(
  'answers',
  async ({ data }) => {
    const { chat, text } = job.parse(data);
    await bot.api.sendMessage(chat, text);
  },
  { ...options, concurrency: 200 },
);

function needed(name: string): string {
  const value = process.env[name];
  if (value === undefined) throw new Error(`${name} is not set`);
  return value;
}

bot.on('message:text', async (context) => {
  const { text } = context.message;
  await questions.add('question', { chat: context.chat.id, text }, kept);
});
await Promise.all([asking.waitUntilReady(), showing.waitUntilReady()]);
void bot.start({ allowed_updates: ['message'], onStart: () => answerParent({}) });
