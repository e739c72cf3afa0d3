import {
  AttachmentBuilder,
  ChannelType,
  Client,
  DiscordAPIError,
  Events,
  GatewayIntentBits,
  type Message,
  Partials,
} from 'discord.js';
import { expect, test } from 'vitest';

import { FakeClock } from '../../test/fake-clock.ts';
import { DiscordSandbox } from './discord-sandbox.ts';

const { Guilds, GuildMessages, DirectMessages, MessageContent } = GatewayIntentBits;

/** A real discord.js, logged in. */
async function connect(sandbox: DiscordSandbox, ...more: GatewayIntentBits[]) {
  const client = new Client({
    intents: [Guilds, GuildMessages, DirectMessages, ...more],
    partials: [Partials.Channel],
    rest: { api: sandbox.url },
  });
  const ready = new Promise<Client<true>>((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(sandbox.token);
  return { client: await ready, [Symbol.asyncDispose]: () => client.destroy() };
}

/** What a bot does with every message of a person. A failure fails the test run. */
function hear(client: Client, handle: (message: Message) => Promise<unknown>): void {
  client.on(Events.MessageCreate, (message) => {
    if (!message.author.bot) void handle(message);
  });
}

test('a DM reaches discord.js, and its reply and edit can be seen', async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  hear(bot.client, async (message) => {
    const reply = await message.reply(`You said ${message.content}`);
    await reply.edit('Thought better of it');
  });
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  const said = sandbox.say({ user: dm.userId, channel: dm, text: 'hello' });

  const answer = await sandbox.waitFor(() =>
    sandbox.messages(dm).find(({ editedAtMs }) => editedAtMs !== undefined),
  );

  expect(answer).toMatchObject({
    authorId: sandbox.botId,
    content: 'Thought better of it',
    earlierContents: ['You said hello'],
    replyToId: said,
  });
});

test('in a guild the text is given only of messages that mention or reply to the bot', async () => {
  await using sandbox = await DiscordSandbox.start();
  const user = sandbox.createUser('ann');
  const channel = sandbox.createChannel(sandbox.createGuild('home'), 'general');
  await using bot = await connect(sandbox);
  const heard: string[] = [];
  bot.client.on(Events.MessageCreate, ({ content }) => heard.push(content));
  const posted = await (await guildChannel(bot.client, channel.id)).send('posted by the bot');

  sandbox.say({ user, channel, text: 'among ourselves' });
  sandbox.say({ user, channel, text: `<@${sandbox.botId}> by mention` });
  sandbox.say({ user, channel, text: 'by reply', replyTo: posted });
  sandbox.say({ user, channel, text: 'by a quiet reply', replyTo: posted, pingReplied: false });
  sandbox.say({ user, channel, text: `<@${sandbox.botId}> last` });

  const { botId } = sandbox;
  await expect.poll(() => heard).toContain(`<@${botId}> last`);
  expect(heard).toEqual([
    'posted by the bot',
    '',
    `<@${botId}> by mention`,
    'by reply',
    '',
    `<@${botId}> last`,
  ]);
});

test('with the privileged intent every text is given, if the application has it', async () => {
  await using sandbox = await DiscordSandbox.start({ messageContent: true });
  await using bot = await connect(sandbox, MessageContent);
  const channel = sandbox.createChannel(sandbox.createGuild('home'), 'general');
  const heard = new Promise((resolve) => {
    bot.client.once(Events.MessageCreate, ({ content }) => resolve(content));
  });
  sandbox.say({ user: sandbox.createUser('ann'), channel, text: 'among ourselves' });
  expect(await heard).toBe('among ourselves');
});

test('a thread made after the login is known, and one that the bot opens takes messages', async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  const user = sandbox.createUser('ann');
  const channel = sandbox.createChannel(sandbox.createGuild('home'), 'general');
  const thread = sandbox.createThread(channel, 'aside');
  hear(bot.client, async (message) => {
    if (message.channel.type === ChannelType.PublicThread) return message.reply('in the thread');
    const opened = await message.startThread({ name: 'another' });
    return opened.send('in a thread of its own');
  });
  sandbox.say({ user, channel: thread, text: `<@${sandbox.botId}> here?` });
  const asked = sandbox.say({ user, channel, text: `<@${sandbox.botId}> elsewhere?` });

  await sandbox.waitFor(() => sandbox.messages(thread).length === 2 && sandbox.messages(asked)[0]);

  expect(sandbox.messages(thread)[1]?.content).toBe('in the thread');
  expect(sandbox.messages(asked)[0]?.content).toBe('in a thread of its own');
});

test('a post with a nonce that is known gives the message that is there', async () => {
  const clock = new FakeClock();
  await using sandbox = await DiscordSandbox.start({ clock });
  await using bot = await connect(sandbox);
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  const channel = await bot.client.users.createDM(dm.userId);
  const post = async () => channel.send({ content: 'once', nonce: 'n-1', enforceNonce: true });

  const first = await post();
  expect((await post()).id).toBe(first.id);
  expect(sandbox.messages(dm)).toHaveLength(1);

  await clock.advance(4 * 60_000);
  expect((await post()).id).not.toBe(first.id);
});

test('discord.js waits as a 429 asks it to', async () => {
  await using sandbox = await DiscordSandbox.start({
    rateLimits: { createMessage: { limit: 1, windowMs: 400 } },
  });
  await using bot = await connect(sandbox);
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  const channel = await bot.client.users.createDM(dm.userId);
  await fetch(`${sandbox.url}/v10/channels/${dm.id}/messages`, {
    method: 'POST',
    headers: { authorization: `Bot ${sandbox.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ content: 'takes the window' }),
  });

  await channel.send('waits its turn');

  const posts = sandbox.requests.filter(({ path }) => path === `/channels/${dm.id}/messages`);
  expect(posts.map(({ status }) => status)).toEqual([200, 429, 200]);
  expect(sandbox.stats.invalidRequests).toBe(1);
});

test('files are taken, and what users attach can be fetched', async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  hear(bot.client, async (message) => {
    const url = message.attachments.first()?.url ?? '';
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    await message.reply({ files: [new AttachmentBuilder(bytes, { name: 'copy.txt' })] });
  });
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  const bytes = new TextEncoder().encode('what it says');
  const file = { filename: 'note.txt', contentType: 'text/plain', bytes };
  sandbox.say({ user: dm.userId, channel: dm, text: '', files: [file] });
  const answer = await sandbox.waitFor(() => sandbox.messages(dm)[1]);
  expect(answer.attachments).toMatchObject([{ filename: 'copy.txt', bytes }]);
});

test('text over 2000 characters is refused to discord.js with its own error', async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  const channel = await bot.client.users.createDM(dm.userId);
  await channel.send('x'.repeat(2000));
  const refused = await channel.send('x'.repeat(2001)).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(DiscordAPIError);
  expect(refused).toMatchObject({ code: 50_035, status: 400 });
});

async function guildChannel(client: Client, id: string) {
  const channel = await client.channels.fetch(id);
  if (channel?.type !== ChannelType.GuildText) throw new Error('no such channel');
  return channel;
}
