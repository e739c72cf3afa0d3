import { once } from 'node:events';

import { expect, test } from 'vitest';
import { WebSocket } from 'ws';

import { FakeClock } from '../../test/fake-clock.ts';
import { DiscordSandbox } from './discord-sandbox.ts';

async function closeCodeOf(sandbox: DiscordSandbox, message: unknown, query = 'v=10') {
  const socket = new WebSocket(`${gatewayOf(sandbox)}?${query}&encoding=json`);
  await once(socket, 'open');
  socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  const [code] = await once(socket, 'close');
  return Number(code);
}

interface GatewayEvent {
  readonly op: number;
  readonly t: string | null;
  readonly d: Record<string, unknown> | null;
}

/** Connects, says `message`, and keeps what comes. */
async function listen(sandbox: DiscordSandbox, message: object) {
  const socket = new WebSocket(`${gatewayOf(sandbox)}?v=10&encoding=json`);
  const events: GatewayEvent[] = [];
  socket.on('message', (data: Buffer) => events.push(JSON.parse(data.toString())));
  await once(socket, 'open');
  socket.send(JSON.stringify(message));
  return { socket, events };
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
  const socket = new WebSocket(`${gatewayOf(sandbox)}?v=10&encoding=json&compress=zlib-stream`);
  const [error] = await once(socket, 'error');
  expect(String(error)).toContain('400');
});

test('a client that stops its heartbeat is let go', async () => {
  await using sandbox = await DiscordSandbox.start({ heartbeatIntervalMs: 20 });
  expect(await closeCodeOf(sandbox, identify(sandbox.token, 1))).toBe(4009);
});

test('a session that was away for minutes, or that never was, cannot be resumed', async () => {
  const clock = new FakeClock();
  await using sandbox = await DiscordSandbox.start({ clock });
  const { token } = sandbox;
  const first = await listen(sandbox, identify(token, 1 << 12));
  await sandbox.waitFor(() => sandbox.stats.connected === 1);
  const dm = sandbox.openDm(sandbox.createUser('ann'));
  sandbox.say({ user: dm.userId, channel: dm, text: 'one' });
  await expect.poll(() => first.events.map(({ t }) => t)).toContain('MESSAGE_CREATE');
  const session_id = first.events.find(({ t }) => t === 'READY')?.d?.['session_id'];
  const resume = async (seq: number, id = session_id) =>
    listen(sandbox, { op: 6, d: { token, session_id: id, seq } });

  sandbox.dropGateway();
  const ahead = await resume(99);
  expect((await once(ahead.socket, 'close'))[0]).toBe(4007);
  const again = await resume(1);
  await expect
    .poll(() => again.events.map(({ t }) => t))
    .toEqual([null, 'MESSAGE_CREATE', 'RESUMED']);

  sandbox.dropGateway();
  await sandbox.waitFor(() => sandbox.stats.connected === 0);
  await clock.advance(5 * 60_000 + 1);
  sandbox.say({ user: dm.userId, channel: dm, text: 'two' });
  for (const answer of [await resume(1), await resume(1, 'never-was')]) {
    await expect.poll(() => answer.events.at(-1)).toMatchObject({ op: 9, d: false });
  }
});

test('a webhook posts under a name of its own, as no member', async () => {
  await using sandbox = await DiscordSandbox.start();
  const channel = sandbox.createChannel(sandbox.createGuild('home'), 'general');
  const { events } = await listen(sandbox, identify(sandbox.token, (1 << 0) | (1 << 9)));
  await sandbox.waitFor(() => sandbox.stats.connected === 1);

  const feed = sandbox.createUser('feed', { webhook: true });
  const posted = sandbox.say({ user: feed, channel, text: 'news' });

  const created = () => events.find(({ t }) => t === 'MESSAGE_CREATE')?.d;
  await expect.poll(created).toMatchObject({ id: posted, webhook_id: feed.id, content: '' });
  expect(created()).not.toHaveProperty('member');
});

function gatewayOf(sandbox: DiscordSandbox): string {
  return sandbox.url.replace('http', 'ws').replace(/\/api$/, '/gateway');
}
