import { afterAll, beforeAll, expect, it } from 'vitest';

import { maxPromptChars } from '../../src/chat/questions.ts';
import { en } from '../../src/words/en.ts';
import { discordChatter, discordDm, telegramChatter, telegramPrivate } from '../people.ts';
import { png } from '../pictures.ts';
import { Stage, unlimited } from '../stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.signedIn({ world: unlimited });
  await stage.up();
});

afterAll(async () => stage[Symbol.asyncDispose]());

it('an answer that names everyone pings nobody', async () => {
  const { discord } = stage.world;
  const user = discord.createUser('Eve');
  const channel = discord.createChannel(discord.createGuild('Crowd'), 'general');
  const text = `<@${discord.botId}> say @everyone and @here and <@${user.id}>`;
  discord.say({ user, channel, text });
  const ofBot = () =>
    discord.messages(channel).filter(({ authorId }) => authorId === discord.botId);
  await discord.waitFor(() => ofBot().some(({ content }) => content.includes('This is turn 1.')), {
    timeoutMs: 30_000,
  });
  expect(ofBot()[0]?.content).toContain('@everyone');
  for (const { pinged } of ofBot())
    expect(pinged).toEqual({ everyone: false, users: [], roles: [] });
});

it('an answer that looks like a command is none', async () => {
  for (const chatter of [discordDm(stage.world, 'Kim'), telegramPrivate(stage.world, 'Kai')]) {
    await chatter.ask('First?');
    await chatter.ask('“/reset”?');
    expect(await chatter.ask('Third?')).toContain('This is turn 3.');
  }
});

const oneMegabyte = 1024 * 1024;

it('a file of 100 MB and a broken picture are each refused by name, and Grok is not asked', async () => {
  const { discord, telegram } = stage.world;
  const before = stage.world.xai.requests.length;
  const half = png.subarray(0, 40);

  const dora = discord.createUser('Dora');
  const channel = discord.openDm(dora);
  const onDiscord = discordChatter(stage.world, { name: 'Dora', user: dora }, channel.id, () => {});
  const send = (filename: string, contentType: string, bytes: Uint8Array, claimedBytes?: number) =>
    discord.say({
      user: dora,
      channel,
      text: 'This?',
      files: [{ filename, contentType, bytes, claimedBytes }],
    });
  send('film.bin', 'application/octet-stream', half, 100 * oneMegabyte);
  send('half.png', 'image/png', half);

  const theo = telegram.createUser('Theo');
  const onTelegram = telegramChatter(stage.world, 'Theo', { user: theo, chat: theo });
  const pass = (name: string, more: object) =>
    telegram.say({ user: theo, chat: theo, text: 'This?', file: { name, content: half, ...more } });
  pass('film.bin', { bytes: 100 * oneMegabyte });
  pass('half.png', { mime: 'image/png' });

  for (const chatter of [onDiscord, onTelegram]) {
    await chatter.until((shown) => shown.some((text) => text.includes('“film.bin” is too large')));
    await chatter.until((shown) => shown.some((text) => text.includes('“half.png” is damaged')));
    expect(chatter.shown()).toHaveLength(2);
  }
  expect(stage.world.xai.requests.length).toBe(before);
});

it('a text of 1 MB is refused with a word, however it comes, and the next question answered', async () => {
  const { discord, telegram } = stage.world;
  const text = 'x'.repeat(1_000_000);
  const before = stage.world.xai.requests.length;

  const lena = discordDm(stage.world, 'Lena');
  lena.say(text);
  await lena.until((shown) => shown.some((words) => words.includes(en.tooLong(maxPromptChars))));
  // What is longer than a message Discord's own client sends as a file.
  const user = discord.createUser('Lars');
  const channel = discord.openDm(user);
  const lars = discordChatter(stage.world, { name: 'Lars', user }, channel.id, () => {});
  const file = { filename: 'message.txt', contentType: 'text/plain', bytes: Buffer.from(text) };
  discord.say({ user, channel, text: '', files: [file] });
  await lars.until((shown) => shown.some((words) => words.includes('“message.txt” is too large')));

  // Telegram's client cuts it into messages.
  const chat = telegram.createUser('Tess');
  const tess = telegramChatter(stage.world, 'Tess', { user: chat, chat });
  for (let at = 0; at < text.length; at += 4_096) {
    telegram.say({ user: chat, chat, text: text.slice(at, at + 4_096) });
  }
  await tess.until((shown) => shown.some((words) => words.includes(en.tooLong(maxPromptChars))));
  expect(stage.world.xai.requests.length).toBe(before);
  for (const chatter of [lena, tess]) expect(await chatter.ask('And now?')).toContain('turn 1.');
  expect(tess.shown()).toHaveLength(2);
});

it('markup and overrides in a question come back without harm', async () => {
  const hostile = '<b>&lt;</i> **__~~``` [x](javascript:1) \u202Eevil';
  for (const chatter of [discordDm(stage.world, 'Mal'), telegramPrivate(stage.world, 'Max')]) {
    chatter.say(hostile);
    const shown = await chatter.until((all) =>
      all.find((text) => text.includes('This is turn 1.')),
    );
    expect(shown).toContain('evil');
    expect(shown).not.toContain('\u202E');
    expect(chatter.shown().filter((text) => text.includes('This is turn 1.'))).toHaveLength(1);
  }
});
