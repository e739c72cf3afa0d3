import { Client, Events, GatewayIntentBits, Partials } from 'discord.js';
import { expect, test } from 'vitest';

import { DiscordSandbox } from './discord-sandbox.ts';

/** A real discord.js, logged in, that notes what it hears in DMs. */
async function connect(sandbox: DiscordSandbox) {
  const client = new Client({
    intents: [GatewayIntentBits.Guilds, GatewayIntentBits.DirectMessages],
    partials: [Partials.Channel],
    rest: { api: sandbox.url },
  });
  const heard: string[] = [];
  client.on(Events.MessageCreate, ({ content }) => heard.push(content));
  const ready = new Promise((resolve) => client.once(Events.ClientReady, resolve));
  await client.login(sandbox.token);
  await ready;
  return { heard, [Symbol.asyncDispose]: () => client.destroy() };
}

test('what was missed while the connection was cut comes with the resume', async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  sandbox.say({ user: dm.userId, channel: dm, text: 'before' });
  sandbox.dropGateway();
  sandbox.say({ user: dm.userId, channel: dm, text: 'meanwhile' });

  await sandbox.waitFor(() => sandbox.stats.resumes === 1);
  sandbox.say({ user: dm.userId, channel: dm, text: 'after' });

  await expect.poll(() => bot.heard).toEqual(['before', 'meanwhile', 'after']);
  expect(sandbox.stats).toMatchObject({ identifies: 1, resumes: 1, connected: 1 });
});

test('a connection that falls silent is left by discord.js for a new one', async () => {
  await using sandbox = await DiscordSandbox.start({ heartbeatIntervalMs: 100 });
  await using bot = await connect(sandbox);
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  sandbox.silenceGateway();
  sandbox.say({ user: dm.userId, channel: dm, text: 'into the silence' });
  await sandbox.waitFor(() => sandbox.stats.resumes === 1);
  await expect.poll(() => bot.heard).toEqual(['into the silence']);
});

test('a session that cannot be resumed is begun anew', { timeout: 30_000 }, async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  sandbox.dropGateway({ resumable: false });
  sandbox.say({ user: dm.userId, channel: dm, text: 'lost on the gateway' });
  await sandbox.waitFor(() => sandbox.stats.identifies === 2, { timeoutMs: 20_000 });
  sandbox.say({ user: dm.userId, channel: dm, text: 'heard again' });
  await expect.poll(() => bot.heard).toEqual(['heard again']);
  expect(sandbox.stats.resumes).toBe(0);
});

test('a client that is asked to reconnect resumes', async () => {
  await using sandbox = await DiscordSandbox.start();
  await using _bot = await connect(sandbox);
  sandbox.askToReconnect();
  await sandbox.waitFor(() => sandbox.stats.resumes === 1);
  expect(sandbox.stats.identifies).toBe(1);
});

test('the connection can be cut just before or after an event', async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  sandbox.faults.inject({ match: 'DISPATCH MESSAGE_CREATE', fault: { kind: 'drop-before' } });
  sandbox.say({ user: dm.userId, channel: dm, text: 'one' });
  await sandbox.waitFor(() => sandbox.stats.resumes === 1);
  sandbox.faults.inject({ match: 'DISPATCH MESSAGE_CREATE', fault: { kind: 'drop-after' } });
  sandbox.say({ user: dm.userId, channel: dm, text: 'two' });
  await sandbox.waitFor(() => sandbox.stats.resumes === 2);
  await expect.poll(() => bot.heard).toEqual(['one', 'two']);
});
