import { afterAll, beforeAll, expect, it } from 'vitest';

import { discordDm, telegramPrivate } from '../people.ts';
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
