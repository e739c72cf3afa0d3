import { once } from 'node:events';

import { expect, test } from 'vitest';
import { WebSocket } from 'ws';

import { connect, hear } from './discord-js.fixture.ts';
import { DiscordSandbox } from './discord-sandbox.ts';

async function closeCodeOf(sandbox: DiscordSandbox, message: unknown, query = 'v=10') {
  const socket = new WebSocket(
    `${sandbox.url.replace('http', 'ws').replace(/\/api$/, '/gateway')}?${query}&encoding=json`,
  );
  await once(socket, 'open');
  socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const [code] = await once(socket, 'close');
  return Number(code);
}

function identify(token: string, intents: number, more: object = {}) {
  return { op: 2, d: { token, intents, properties: {}, ...more } };
}

test('what a client may not do closes the connection with Discord’s code', async () => {
  await using sandbox = await DiscordSandbox.start();
  const { token } = sandbox;
  expect(await closeCodeOf(sandbox, identify('wrong', 1))).toBe(4004);
  expect(await closeCodeOf(sandbox, identify(token, 1 << 15))).toBe(4014);
  expect(await closeCodeOf(sandbox, identify(token, 1 << 30))).toBe(4013);
  expect(await closeCodeOf(sandbox, identify(token, 1, { shard: [1, 2] }))).toBe(4010);
  expect(await closeCodeOf(sandbox, { op: 99 })).toBe(4001);
  expect(await closeCodeOf(sandbox, { op: 3, d: {} })).toBe(4003);
  expect(await closeCodeOf(sandbox, 'no JSON')).toBe(4002);
  expect(await closeCodeOf(sandbox, {}, 'v=6')).toBe(4012);
  expect(sandbox.stats.identifies).toBe(0);
});

test('compression is refused at the door', async () => {
  await using sandbox = await DiscordSandbox.start();
  const gateway = sandbox.url.replace('http', 'ws').replace(/\/api$/, '/gateway');
  const socket = new WebSocket(`${gateway}?v=10&encoding=json&compress=zlib-stream`);
  const [error] = await once(socket, 'error');
  expect(String(error)).toContain('400');
});

test('a client that stops its heartbeat is let go', async () => {
  await using sandbox = await DiscordSandbox.start({ heartbeatIntervalMs: 20 });
  expect(await closeCodeOf(sandbox, identify(sandbox.token, 1))).toBe(4009);
});

test('a session that cannot be resumed is begun anew', { timeout: 30_000 }, async () => {
  await using sandbox = await DiscordSandbox.start();
  await using bot = await connect(sandbox);
  const heard: string[] = [];
  hear(bot.client, async ({ content }) => heard.push(content));
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  sandbox.dropGateway({ resumable: false });
  sandbox.say({ user: dm.userId, channel: dm, text: 'lost on the gateway' });
  await sandbox.waitFor(() => sandbox.stats.identifies === 2, { timeoutMs: 20_000 });
  sandbox.say({ user: dm.userId, channel: dm, text: 'heard again' });
  await expect.poll(() => heard).toEqual(['heard again']);
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
  const heard: string[] = [];
  hear(bot.client, async ({ content }) => heard.push(content));
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  sandbox.faults.inject({ match: 'DISPATCH MESSAGE_CREATE', fault: { kind: 'drop-before' } });
  sandbox.say({ user: dm.userId, channel: dm, text: 'one' });
  await sandbox.waitFor(() => sandbox.stats.resumes === 1);
  sandbox.faults.inject({ match: 'DISPATCH MESSAGE_CREATE', fault: { kind: 'drop-after' } });
  sandbox.say({ user: dm.userId, channel: dm, text: 'two' });
  await sandbox.waitFor(() => sandbox.stats.resumes === 2);
  await expect.poll(() => heard).toEqual(['one', 'two']);
});
