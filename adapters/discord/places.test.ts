import { Client } from 'discord.js';
import { expect, it } from 'vitest';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import { Places } from './places.ts';
import { DiscordRest } from './rest.ts';
import { closeAfterEach, never, opened } from './test-bed.ts';

closeAfterEach();

it('a thread that the cache does not know is looked up, once', async () => {
  const sandbox = await opened(DiscordSandbox.start());
  const guild = sandbox.createGuild('guild');
  const channel = sandbox.createChannel(guild, 'talk');
  const thread = sandbox.createThread(channel, 'aside');
  using rest = new DiscordRest(sandbox.url, sandbox.token);
  const client = new Client({ intents: [] });
  const places = new Places(client, rest, sandbox.botId);

  sandbox.faults.inject({ match: 'GET /channels', fault: { kind: 'status', status: 502 } });
  await expect(places.parentOf(thread.id, never)).rejects.toThrow('looked up');
  expect(await places.parentOf(thread.id, never)).toBe(channel.id);
  expect(await places.parentOf(channel.id, never)).toBeUndefined();
  const asked = sandbox.requests.length;
  expect(await places.parentOf(thread.id, never)).toBe(channel.id);
  expect(sandbox.requests).toHaveLength(asked);
  await client.destroy();
});
