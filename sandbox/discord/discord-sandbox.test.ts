import { Client, Events, GatewayIntentBits, type Message, Partials } from 'discord.js';
import { afterEach, expect, test } from 'vitest';

import { DiscordSandbox } from './discord-sandbox.ts';
import type { DiscordSandboxOptions } from './options.ts';

const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
});

async function start(options: DiscordSandboxOptions = {}): Promise<DiscordSandbox> {
  const sandbox = await DiscordSandbox.start(options);
  open.push(sandbox);
  return sandbox;
}

async function connect(sandbox: DiscordSandbox, more: GatewayIntentBits[] = []): Promise<Client> {
  const client = new Client({
    intents: [
      GatewayIntentBits.Guilds,
      GatewayIntentBits.GuildMessages,
      GatewayIntentBits.DirectMessages,
      ...more,
    ],
    partials: [Partials.Channel],
    rest: { api: sandbox.url },
  });
  open.push({ [Symbol.asyncDispose]: async () => client.destroy() });
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(sandbox.token);
  await ready;
  return client;
}

/** What a test's bot does with every message that is not its own. A failure fails the test run. */
function hear(client: Client, handle: (message: Message) => Promise<unknown>): void {
  client.on(Events.MessageCreate, (message) => {
    if (!message.author.bot) void handle(message);
  });
}

test('a DM reaches discord.js, and its reply and edit can be seen', async () => {
  const sandbox = await start();
  const client = await connect(sandbox);
  hear(client, async (message) => {
    const reply = await message.reply(`You said ${message.content}`);
    await reply.edit('Thought better of it');
  });
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  const said = sandbox.say({ user: dm.userId, channel: dm, text: 'hello' });
  const answer = await sandbox.waitFor(() =>
    sandbox.messages(dm).find((message) => message.content === 'Thought better of it'),
  );
  expect(answer).toMatchObject({
    authorId: sandbox.botId,
    replyToId: said,
    earlierContents: ['You said hello'],
  });
});
