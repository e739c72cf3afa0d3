import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { en } from '../../src/words/en.ts';
import { discordDm, discordMentioner, telegramPrivate } from '../people.ts';
import { metric, Stage, unlimited } from '../stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.signedIn({ world: unlimited });
  const daemon = await stage.up();
  await daemon.logged('models listed');
});

afterAll(async () => stage[Symbol.asyncDispose]());

const platforms = [
  { platform: 'Discord', meet: (name: string) => discordDm(stage.world, name) },
  { platform: 'Telegram', meet: (name: string) => telegramPrivate(stage.world, name) },
] as const;

/** The newest request to Grok in which this was asked. */
function requestOf(question: string) {
  const asked = stage.world.xai.requests.filter(({ inputs }) => inputs.at(-1) === question);
  const request = asked.at(-1);
  if (request === undefined) throw new Error(`${question} never came to Grok`);
  return request;
}

describe.each(platforms)('on $platform', ({ platform, meet }) => {
  it('/model, /effort and /persona hold for the questions after them', async () => {
    const chatter = meet('Cleo');
    chatter.say('/model grok-latest');
    await chatter.until((shown) => shown.some((text) => /grok-4\.7\W+answers here/.test(text)));
    chatter.say('/effort low');
    await chatter.until((shown) => shown.some((text) => text.includes('effort')));
    chatter.say('/persona Answer as a pirate.');
    await chatter.until((shown) => shown.some((text) => text.includes('I am like that here')));
    const question = `Ahoy on ${platform}?`;
    await chatter.ask(question);
    const { model, effort, tools, inputs } = requestOf(question);
    expect({ model, effort }).toEqual({ model: 'grok-4.7', effort: 'low' });
    expect(tools).toEqual(['web_search', 'x_search']);
    expect(inputs[0]).toContain('Answer as a pirate.');

    chatter.say('/model nonsense');
    await chatter.until((shown) => shown.some((text) => text.includes('I know no model')));
    chatter.say('/model grok-4.20-reasoning');
    await chatter.until((shown) => shown.some((text) => text.includes('cannot be told how long')));
    const next = `And now on ${platform}?`;
    await chatter.ask(next);
    expect(requestOf(next)).toMatchObject({ model: 'grok-4.20-reasoning', outcome: 'answered' });
    expect(requestOf(next)).not.toHaveProperty('effort');
  });

  it('/undo takes the last exchange back, /retry asks again in its place', async () => {
    const chatter = meet('Uma');
    await chatter.ask('First?');
    await chatter.ask('Second?');
    chatter.say('/undo');
    await chatter.until((shown) => shown.includes(en.undone('Second?')));
    expect(await chatter.ask('Third?')).toContain('This is turn 2.');
    chatter.say('/retry');
    const again = (shown: readonly string[]) =>
      shown.filter((text) => text.startsWith('You said: “Third?”')).length === 2;
    await chatter.until(again);
    expect(requestOf('Third?').inputs.filter((text) => text === 'Third?')).toHaveLength(1);
    expect(chatter.shown().at(-1)).toContain('This is turn 2.');
  });

  it('/search demands that it is looked up, and the sources stand below', async () => {
    const chatter = meet('Sol');
    const question = `Which source says so on ${platform}?`;
    chatter.say(`/search ${question}`);
    const answer = await chatter.until((shown) => shown.find((text) => text.includes('Sources')));
    expect(answer).toContain('docs.x.ai');
    expect(requestOf(question).inputs.at(-2)).toContain('web_search');
  });

  it('/usage, /status, /export and /privacy tell what there is, until it is deleted', async () => {
    const chatter = meet('Pia');
    await chatter.ask('Remember me?');
    chatter.say('/usage');
    await chatter.until((shown) => shown.some((text) => text.includes('one answer')));
    chatter.say('/status');
    await chatter.until((shown) => shown.includes(en.statusFine));
    chatter.say('/export');
    await chatter.until((shown) => shown.some((text) => text.includes(en.exportDone)));
    chatter.say('/privacy');
    await chatter.until((shown) => shown.some((text) => text.includes('one question with its')));
    chatter.say('/privacy delete');
    await chatter.until((shown) => shown.some((text) => text.startsWith('Done: what was said')));
    chatter.say('/export');
    await chatter.until((shown) => shown.includes(en.exportNothing));
    expect(await chatter.ask('And now?')).toContain('This is turn 1.');
  });

  it('refuses politely what only owners may do', async () => {
    const chatter = meet('Eve');
    chatter.say('/accounts');
    await chatter.until((shown) => shown[0] === en.ownersOnly);
  });
});

describe('slash commands', () => {
  it('with choices left out or taken are answered in place', async () => {
    const { discord } = stage.world;
    const user = discord.createUser('Sia');
    const channel = discord.createChannel(discord.createGuild('Slash'), 'general');
    for (const [name, options, words] of [
      ['effort', { level: 'high' }, 'high'],
      ['model', {}, 'grok-4.3'],
      ['privacy', { what: 'delete' }, 'deleted'],
      ['retry', {}, en.nothingToRetry],
    ] as const) {
      const id = discord.slash({ user, channel, name, options });
      const find = () => discord.interactionReply(id).content?.includes(words);
      await discord.waitFor(find, { timeoutMs: 20_000, what: name });
    }
  });
});

describe('/imagine', () => {
  it('posts the picture below what was asked for, on both platforms', async () => {
    const { discord, telegram } = stage.world;
    const dora = discord.createUser('Dora');
    const dm = discord.openDm(dora);
    discord.say({ user: dora, channel: dm, text: '/imagine A red cat' });
    await discord.waitFor(
      () => discord.messages(dm.id).some(({ attachments }) => attachments.length === 1),
      { timeoutMs: 20_000, what: 'the picture' },
    );
    expect(discord.messages(dm.id).at(1)?.content).toContain('🎨 A red cat');

    const theo = telegram.createUser('Theo');
    telegram.say({ user: theo, chat: theo, text: '/imagine A red cat' });
    await telegram.waitFor(() => telegram.messages(theo).some(({ kind }) => kind === 'photo'), {
      timeoutMs: 20_000,
    });
  });
});

describe('for an owner', () => {
  it('/login signs in from a private chat, and /accounts lists it', async () => {
    const { discord, xai } = stage.world;
    xai.configure({ autoApproveDevices: true, devicePollMs: 1 });
    const boss = discord.createUser('Boss');
    const channel = discord.openDm(boss);
    await stage.daemons.at(-1)?.stop();
    await stage.up('all', { OWNERS: `discord:${boss.id}`, GROUP_CONVERSATIONS: 'per-user' });
    const until = async (words: string) =>
      discord.waitFor(
        () => discord.messages(channel.id).some(({ content }) => content.includes(words)),
        { timeoutMs: 20_000, what: words },
      );
    discord.say({ user: boss, channel, text: '/login' });
    await until('enter the code');
    await until(en.loginDone);
    discord.say({ user: boss, channel, text: '/accounts' });
    await until('main');
    discord.say({ user: boss, channel, text: '/status' });
    await until('Version 0.1.0');
  });

  it('everybody in a server has a conversation of their own, where that is set', async () => {
    const { discord } = stage.world;
    const channel = discord.createChannel(discord.createGuild('Own'), 'general');
    const ann = discordMentioner(stage.world, 'Ann', channel);
    const bob = discordMentioner(stage.world, 'Bob', channel);
    await ann.ask('One?');
    expect(await ann.ask('Two?')).toContain('This is turn 2.');
    expect(await bob.ask('Three?')).toContain('This is turn 1.');
  });
});

describe('fair use', () => {
  it('refuses what is too much, says until when, and answers what is not', async () => {
    const limited = await Stage.signedIn({ world: unlimited });
    await using _ = limited;
    await limited.up('all', { REQUESTS_PER_MINUTE: '1', BUDGET_USD_PER_DAY: '0.0000001' });
    const hasty = telegramPrivate(limited.world, 'Hasty');
    await hasty.ask('One?');
    hasty.say('Two?');
    await hasty.until((shown) => shown.some((text) => text.startsWith('That was a lot at once.')));
    await limited.daemons.at(-1)?.stop();
    const daemon = await limited.up('all', { BUDGET_USD_PER_DAY_TOTAL: '0.0000001' });
    hasty.say('Three?');
    await hasty.until((shown) => shown.some((text) => text.includes('midnight UTC')));
    expect(limited.world.xai.requests).toHaveLength(1);
    const [refused, labels] = ['grok_bridge_refused_total', 'reason="spent",of="all"'];
    expect(await metric(daemon, refused, labels)).toBe(1);
    expect(await metric(daemon, refused)).toBe(1);
  });
});
