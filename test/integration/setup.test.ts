import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { SandboxWorld } from '../../sandbox/world.ts';
import { setUp } from '../../src/roles/setup.ts';
import { Daemon } from '../daemon.ts';
import { controlC, down, enter, FakeTerminal } from '../fake-terminal.ts';

let world: SandboxWorld;
let folder: string;
let envFile: string;
let terminal: FakeTerminal;

beforeEach(async () => {
  world = await SandboxWorld.start({ xai: { devicePollMs: 1000 } });
  folder = await mkdtemp(join(tmpdir(), 'grok-bridge-setup-'));
  envFile = join(folder, '.env');
  terminal = new FakeTerminal();
});

afterEach(async () => {
  await world[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('setup', () => {
  it('connects both platforms, signs in and writes .env, with which the bridge then answers', async () => {
    await writeFile(envFile, '# mine\nGROK_INSTRUCTIONS=Be brief.\n# TELEGRAM_TOKEN=\n# end\n', {
      mode: 0o644,
    });
    const ended = begin();
    await terminal.answer('Where will the bridge run?', '');
    await terminal.answer('Discord token', 'not-a-token');
    await terminal.sees('Discord does not accept DISCORD_TOKEN');
    await terminal.answer('Discord token', world.discord.token);
    await terminal.sees('Message Content intent: off');
    await terminal.sees(
      `https://discord.com/oauth2/authorize?client_id=${world.discord.botId}&scope=bot+applications.commands&permissions=274878008320`,
    );
    await terminal.answer('Telegram token', world.telegram.token);
    await terminal.sees('This is @');
    await terminal.sees('Privacy mode is on');
    await terminal.answer('How shall the bridge reach Grok?', down);
    await terminal.answer('XAI_CLIENT_ID', world.xai.clientId);
    await terminal.sees('Sign in to Grok in a browser');
    const [device] = world.xai.pendingDevices();
    await terminal.sees(`The code is ${device?.userCode}`);
    expect(await stored()).not.toContain('XAI_CLIENT_ID');
    world.xai.approveDevice(device?.userCode ?? '');
    await terminal.answer(
      `Write DISCORD_TOKEN, TELEGRAM_TOKEN, XAI_CLIENT_ID to ${envFile} and keep the sign-in?`,
      '',
    );
    await terminal.sees('The sign-in is stored');
    await terminal.sees('npm start');
    await terminal.sees('claimCode');
    expect(await ended).toBe(0);

    expect(await stored()).toBe(
      [
        '# mine',
        'GROK_INSTRUCTIONS=Be brief.',
        '# TELEGRAM_TOKEN=',
        `TELEGRAM_TOKEN=${world.telegram.token}`,
        '# end',
        `DISCORD_TOKEN=${world.discord.token}`,
        `XAI_CLIENT_ID=${world.xai.clientId}`,
        '',
      ].join('\n'),
    );
    expect((await stat(envFile)).mode & 0o777).toBe(0o600);
    expect(await readdir(folder)).toEqual(['.env', 'data']);
    expect(terminal.screen).not.toContain(world.telegram.token);

    await using daemon = Daemon.start(['all'], {
      ...services(),
      ...(parseEnv(await stored()) as Record<string, string>),
      ACCESS: 'open',
    });
    await daemon.logged('started');
    const user = world.telegram.createUser('Theo');
    world.telegram.say({ user, chat: user, text: 'Is it on?' });
    await world.telegram.waitFor(
      () => world.telegram.messages(user).some(({ text }) => text.includes('This is turn 1')),
      { timeoutMs: 20_000 },
    );
    expect(await daemon.stop()).toBe(0);
  });

  it.each([
    ['at the first question', async () => terminal.sees('Where will the bridge run?')],
    [
      'at a token',
      async () => {
        await terminal.answer('Where will the bridge run?', '');
        await terminal.sees('Discord token');
      },
    ],
    [
      'at the last question',
      async () => {
        await terminal.answer('Where will the bridge run?', '');
        await terminal.answer('Discord token', world.discord.token);
        await terminal.answer('Telegram token', '');
        await terminal.answer('How shall the bridge reach Grok?', '');
        await terminal.answer('xAI API key', world.xai.apiKey);
        await terminal.sees('Write DISCORD_TOKEN, XAI_API_KEY');
      },
    ],
  ])('leaves everything as it was when cancelled %s', async (_where, reach) => {
    await writeFile(envFile, 'LOG_LEVEL=warn\n');
    const ended = begin();
    await reach();
    terminal.type(controlC);
    await terminal.sees('nothing was changed');
    expect(await ended).toBe(1);
    expect(await readdir(folder)).toEqual(['.env']);
    expect(await stored()).toBe('LOG_LEVEL=warn\n');
  });

  it('leaves everything as it was when stopped while it waits for the sign-in', async () => {
    const stop = new AbortController();
    const ended = begin({ XAI_CLIENT_ID: world.xai.clientId }, stop.signal);
    await terminal.answer('Where will the bridge run?', '');
    await terminal.answer('Discord token', '');
    await terminal.answer('Telegram token', world.telegram.token);
    await terminal.answer('How shall the bridge reach Grok?', down);
    await terminal.sees('The code is');
    stop.abort('SIGINT');
    await terminal.sees('nothing was changed');
    expect(await ended).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('asks again after a sign-in that was denied, and after a key that is not taken', async () => {
    const ended = begin({ XAI_CLIENT_ID: world.xai.clientId });
    await terminal.answer('Where will the bridge run?', '');
    await terminal.answer('Discord token', '');
    await terminal.answer('Telegram token', world.telegram.token);
    await terminal.answer('How shall the bridge reach Grok?', down);
    await terminal.sees('The code is');
    world.xai.denyDevice(world.xai.pendingDevices()[0]?.userCode ?? '');
    await terminal.sees('it was denied');
    await terminal.answer('How shall the bridge reach Grok?', '');
    await terminal.answer('xAI API key', 'xai-of-nobody');
    await terminal.sees('The key is not taken');
    await terminal.answer('How shall the bridge reach Grok?', '');
    await terminal.answer('xAI API key', world.xai.apiKey);
    await terminal.sees('The key works (“default”)');
    await terminal.answer('Write TELEGRAM_TOKEN, XAI_API_KEY', '');
    expect(await ended).toBe(0);
    expect(parseEnv(await stored())).toEqual({
      TELEGRAM_TOKEN: world.telegram.token,
      XAI_API_KEY: world.xai.apiKey,
    });
  });

  it('makes the key that seals a sign-in in containers, and says how to sign in there', async () => {
    const ended = begin({ XAI_CLIENT_ID: world.xai.clientId });
    await terminal.sees('Where will the bridge run?');
    terminal.type(`${down}${enter}`);
    await terminal.answer('Discord token', world.discord.token);
    await terminal.answer('Telegram token', '');
    await terminal.answer('How shall the bridge reach Grok?', down);
    await terminal.answer('Write DISCORD_TOKEN, CREDENTIAL_KEYS', '');
    await terminal.sees('docker compose up -d');
    await terminal.sees('docker compose run --rm worker login');
    expect(await ended).toBe(0);
    expect(parseEnv(await stored())['CREDENTIAL_KEYS']).toMatch(/^k1:[A-Za-z0-9+/]{43}=$/);
    expect(await readdir(folder)).toEqual(['.env']);
  });

  it('keeps what is set, checks it, and leaves alone what comes from elsewhere', async () => {
    await writeFile(envFile, `TELEGRAM_TOKEN=${world.telegram.token}\n`);
    const ended = begin({
      TELEGRAM_TOKEN: world.telegram.token,
      DISCORD_TOKEN: world.discord.token,
      XAI_API_KEY: world.xai.apiKey,
    });
    await terminal.answer('Where will the bridge run?', '');
    await terminal.sees('DISCORD_TOKEN comes from the environment');
    await terminal.sees('Message Content intent');
    await terminal.answer('empty: keep the present one', '');
    await terminal.sees('This is @');
    await terminal.answer('How shall the bridge reach Grok?', '');
    await terminal.sees('XAI_API_KEY comes from the environment');
    expect(await ended).toBe(0);
    expect(await stored()).toBe(`TELEGRAM_TOKEN=${world.telegram.token}\n`);
  });

  it('needs a terminal, and says what to do without one', async () => {
    await using daemon = Daemon.start(['setup'], {});
    expect(await daemon.ended()).toBe(1);
    expect(daemon.stderr).toContain('copy .env.example to .env');
  });
});

async function begin(
  environment: Record<string, string> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<number> {
  return setUp({ environment: { ...services(), ...environment }, envFile, terminal }, signal);
}

async function stored(): Promise<string> {
  return readFile(envFile, 'utf8');
}

/** Where the services are; no token and no client. */
function services(): Record<string, string> {
  return {
    DISCORD_API_URL: world.discord.url,
    TELEGRAM_API_URL: world.telegram.url,
    XAI_API_URL: world.xai.apiUrl,
    XAI_AUTH_URL: world.xai.authUrl,
    DATA_DIR: join(folder, 'data'),
  };
}
