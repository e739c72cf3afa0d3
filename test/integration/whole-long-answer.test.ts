import { afterAll, beforeAll, expect, it } from 'vitest';

import { longAnswer } from '../../sandbox/xai/long-answer.ts';
import { Stage, unlimited } from '../stage.ts';

/** More than five messages on every platform. */
const answer = Array.from({ length: 5 }, (_, at) => longAnswer(`part ${at}`)).join('\n\n');

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.signedIn({ world: unlimited });
  stage.world.xai.answerWith(() => answer);
  await stage.up();
});

afterAll(async () => stage[Symbol.asyncDispose]());

it('a very long answer comes on Discord as its beginning and a file with the whole', async () => {
  const { discord } = stage.world;
  const user = discord.createUser('Ines');
  const channel = discord.openDm(user);
  discord.say({ user, channel, text: 'All of it?' });
  const ofBot = () =>
    discord.messages(channel).filter(({ authorId }) => authorId === discord.botId);
  const file = await discord.waitFor(() => ofBot()[1]?.attachments[0], { timeoutMs: 30_000 });
  expect(file).toMatchObject({ filename: 'answer.md', contentType: 'text/markdown' });
  expect(Buffer.from(file.bytes).toString()).toBe(answer);
  expect(ofBot()).toHaveLength(2);
  expect(ofBot()[0]?.content).toMatch(/^# A long answer.*answer\.md$/s);
});

it('and on Telegram', async () => {
  const { telegram } = stage.world;
  const user = telegram.createUser('Igor');
  telegram.say({ user, chat: user, text: 'All of it?' });
  const ofBot = () => telegram.messages(user).filter(({ from }) => from.isBot);
  const file = await telegram.waitFor(() => ofBot()[1]?.file, { timeoutMs: 30_000 });
  expect(file.name).toBe('answer.md');
  expect(Buffer.from(file.content).toString()).toBe(answer);
  expect(ofBot()).toHaveLength(2);
  expect(ofBot()[0]?.text).toMatch(/^A long answer.*answer\.md$/s);
});
