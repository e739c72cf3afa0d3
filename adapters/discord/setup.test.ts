import { expect, it } from 'vitest';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import { inspectBot } from './setup.ts';

const never = new AbortController().signal;

it('says which intent is on, who may invite the bot, and what makes the invitation fail', async () => {
  await using discord = await DiscordSandbox.start({ messageContent: true });
  const body = JSON.stringify({
    id: '1300000000000000001',
    flags: 1 << 18,
    bot_public: false,
    bot_require_code_grant: true,
    approximate_guild_count: 3,
  });
  const fault = {
    kind: 'status',
    status: 200,
    body,
    headers: { 'content-type': 'application/json' },
  } as const;
  discord.faults.inject({ match: 'GET /applications/@me', fault, times: 2 });

  const report = await inspectBot({ apiUrl: discord.url, token: discord.token }, never);
  expect(report.facts).toEqual([
    'Servers it is in: 3.',
    expect.stringContaining('Message Content intent: on'),
    expect.stringContaining('only you can invite it'),
  ]);
  expect(report.warnings).toEqual([expect.stringContaining('Requires OAuth2 Code Grant')]);
  expect(report.links[0]?.url).toBe(
    'https://discord.com/oauth2/authorize?client_id=1300000000000000001&scope=bot+applications.commands&permissions=274878008320',
  );
});
