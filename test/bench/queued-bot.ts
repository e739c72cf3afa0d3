import { Queue, Worker } from 'bullmq';
import { Bot } from 'grammy';
import { Redis } from 'ioredis';
import { z } from 'zod';

import { redisOptions } from '../../src/redis/connection.ts';
import { answerParent } from './child.ts';
import { needed, plainAnswer } from './plain-answer.ts';

/**
 * The bare bot with BullMQ as its manual has it: a queue of questions and one of answers, each job
 * on the disk before the next step. No order within a conversation, no history, nothing told twice
 * apart. What two queues cost by themselves.
 */
const bot = new Bot(needed('TELEGRAM_TOKEN'), { client: { apiRoot: needed('TELEGRAM_API_URL') } });
const connection = new Redis(needed('REDIS_URL'), redisOptions());
const options = { connection, prefix: `queued-${process.pid}` };
const kept = { removeOnComplete: true };
const questions = new Queue('questions', options);
const answers = new Queue('answers', options);
const job = z.object({ chat: z.number(), text: z.string() });

const asking = new Worker(
  'questions',
  async ({ data }) => {
    const { chat, text } = job.parse(data);
    await answers.add('answer', { chat, text: await plainAnswer(text) }, kept);
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

bot.on('message:text', async (context) => {
  const { text } = context.message;
  await questions.add('question', { chat: context.chat.id, text }, kept);
});
await Promise.all([asking.waitUntilReady(), showing.waitUntilReady()]);
void bot.start({ allowed_updates: ['message'], onStart: () => answerParent({}) });
