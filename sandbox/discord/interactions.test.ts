import {
  type ChatInputCommandInteraction,
  Client,
  Events,
  GatewayIntentBits,
  MessageFlags,
  Partials,
  SlashCommandBuilder,
} from 'discord.js';
import { expect, test } from 'vitest';

import { FakeClock } from '../../test/fake-clock.ts';
import { DiscordSandbox } from './discord-sandbox.ts';

/** A real discord.js, logged in. */
async function connect(sandbox: DiscordSandbox) {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds],
    partials: [Partials.Channel],
    rest: { api: sandbox.url },
  });
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(sandbox.token);
  return { client: await ready, [Symbol.asyncDispose]: () => client.destroy() };
}

test('a slash command is registered, deferred, answered and followed up', async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  await bot.client.application.commands.set([ask]);
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  const command = nextCommand(bot.client);
  const id = sandbox.slash({
    user: dm.userId,
    channel: dm,
    name: 'ask',
    options: { question: 'why?' },
  });

  const interaction = await command;
  await interaction.deferReply();
  expect(sandbox.interactionReply(id)).toMatchObject({ deferred: true, content: undefined });
  await interaction.editReply(`Because you asked ${interaction.options.getString('question')}`);
  await interaction.followUp({ content: 'for you alone', flags: MessageFlags.Ephemeral });

  const reply = sandbox.interactionReply(id);
  expect(reply.message).toMatchObject({ content: 'Because you asked why?', earlierContents: [] });
  expect(reply.followUps).toMatchObject([{ content: 'for you alone', ephemeral: true }]);
  expect((await interaction.fetchReply()).content).toBe('Because you asked why?');
});

test('a command can be answered at once, with the answer handed back', async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  const guild = sandbox.createGuild('home');
  const channel = sandbox.createChannel(guild, 'general');
  await bot.client.application.commands.set([ask]);
  const command = nextCommand(bot.client);
  sandbox.slash({
    user: sandbox.createUser('ann'),
    channel,
    name: 'ask',
    options: { question: '?' },
  });
  const response = await (await command).reply({ content: 'at once', withResponse: true });
  expect(response.resource?.message?.content).toBe('at once');
  expect(sandbox.messages(channel)[0]?.content).toBe('at once');
});

test('an interaction is unknown after its deadline, and takes no second answer', async () => {
  const clock = new FakeClock();
  await using sandbox = await DiscordSandbox.start({ clock });
  await using bot = await connect(sandbox);
  await bot.client.application.commands.set([ask]);
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  const run = async () => {
    const command = nextCommand(bot.client);
    sandbox.slash({ user: dm.userId, channel: dm, name: 'ask', options: { question: '?' } });
    return command;
  };

  const late = await run();
  await clock.advance(3_001);
  await expect(late.deferReply()).rejects.toMatchObject({ code: 10_062, status: 404 });

  const twice = await run();
  await twice.deferReply();
  twice.deferred = false;
  await expect(twice.deferReply()).rejects.toMatchObject({ code: 40_060, status: 400 });
  twice.deferred = true;
  await clock.advance(15 * 60_000 + 1);
  await expect(twice.editReply('too late')).rejects.toMatchObject({ code: 50_027, status: 401 });
});

test('an ephemeral deferral is filled in by the first follow-up and shown to nobody else', async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  await bot.client.application.commands.set([ask]);
  const channel = sandbox.createChannel(sandbox.createGuild('home'), 'general');
  const command = nextCommand(bot.client);
  const user = sandbox.createUser('ann');
  const id = sandbox.slash({ user, channel, name: 'ask', options: { question: '?' } });
  const interaction = await command;
  await interaction.deferReply({ flags: MessageFlags.Ephemeral });
  await interaction.followUp('between us');

  const { message, followUps } = sandbox.interactionReply(id);
  expect(message).toMatchObject({ content: 'between us', ephemeral: true });
  expect(followUps).toEqual([]);
  expect((await interaction.channel?.messages.fetch())?.size).toBe(0);
  await interaction.deleteReply();
  await expect(interaction.editReply('gone')).rejects.toMatchObject({ code: 10_008 });
});

test('a command is offered only where it is registered, with the options that it has', async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  await bot.client.application.commands.set([ask]);
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  const run = (name: string, options: Record<string, string | number>) => () =>
    sandbox.slash({ user: dm.userId, channel: dm, name, options });
  expect(run('other', {})).toThrow('No command /other');
  expect(run('ask', {})).toThrow('needs the option question');
  expect(run('ask', { question: 1 })).toThrow('of another type');
  expect(run('ask', { question: '?', more: '!' })).toThrow('has no option more');
});

async function nextCommand(client: Client): Promise<ChatInputCommandInteraction> {
  return new Promise((resolve) => {
    client.once(Events.InteractionCreate, (interaction) => {
      if (interaction.isChatInputCommand()) resolve(interaction);
    });
  });
}

const ask = new SlashCommandBuilder()
  .setName('ask')
  .setDescription('Ask Grok')
  .addStringOption((option) =>
    option.setName('question').setDescription('What to ask').setRequired(true),
  );
