import { describe, expect, it } from 'vitest';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import definition from './index.ts';
import { adapterOf, clock, closeAfterEach, log, never, opened } from './test-bed.ts';

closeAfterEach();

async function sandboxOf(): Promise<DiscordSandbox> {
  return opened(DiscordSandbox.start());
}

describe('connect', () => {
  it('names the account by the bot', async () => {
    const sandbox = await sandboxOf();
    const adapter = adapterOf(sandbox);
    expect(() => adapter.account).toThrow();
    await adapter.connect(never);
    expect(adapter.account).toBe(`discord-${sandbox.botId}`);
    expect(adapter.displayName).not.toBe('');
  });

  it.each(['wrong', '', 'two\nlines', '“quoted”'])('refuses the token %j', async (token) => {
    const sandbox = await sandboxOf();
    const env = { DISCORD_TOKEN: token, DISCORD_API_URL: sandbox.url };
    const adapter = definition.create(env, { clock, log });
    await expect(adapter.connect(never)).rejects.toMatchObject({
      code: 'PLATFORM_TOKEN_REJECTED',
      message: expect.stringContaining('DISCORD_TOKEN'),
    });
  });

  it('takes a token with “Bot ” before it', async () => {
    const sandbox = await sandboxOf();
    await adapterOf(sandbox, { DISCORD_TOKEN: `Bot ${sandbox.token}\n` }).connect(never);
  });

  it('says that Discord cannot be reached', async () => {
    const sandbox = await sandboxOf();
    const away = adapterOf(sandbox, { DISCORD_API_URL: 'http://127.0.0.1:9/api' });
    await expect(away.connect(never)).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
    sandbox.faults.inject({ match: 'GET /users/@me', fault: { kind: 'status', status: 502 } });
    await expect(adapterOf(sandbox).connect(never)).rejects.toMatchObject({
      code: 'PLATFORM_UNREACHABLE',
    });
  });
});

it('connecting ends with its signal', async () => {
  const sandbox = await sandboxOf();
  sandbox.faults.inject({ match: 'GET /users/@me', fault: { kind: 'hang' } });
  const connecting = adapterOf(sandbox).connect(AbortSignal.timeout(50));
  await expect(connecting).rejects.toMatchObject({ code: 'PLATFORM_UNREACHABLE' });
});
