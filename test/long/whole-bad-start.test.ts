import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freePort, TestRedis } from '../redis-server.ts';
import { sealingKey, Stage } from '../stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.signedIn();
});

afterAll(async () => stage[Symbol.asyncDispose]());

/** What is wrong, the settings that make it so, and what the one message has to name. */
const mistakes: readonly [
  what: string,
  changes: () => Record<string, string> | Promise<Record<string, string>>,
  says: readonly (string | RegExp)[],
][] = [
  [
    'a Discord token that Discord refuses',
    () => ({ DISCORD_TOKEN: `${stage.world.discord.token.slice(0, -4)}AAAA`, ADAPTERS: 'discord' }),
    ['DISCORD_TOKEN', /Developer Portal|discord\.com\/developers/],
  ],
  [
    'a Discord token that is none',
    () => ({ DISCORD_TOKEN: 'hunter2', ADAPTERS: 'discord' }),
    ['DISCORD_TOKEN'],
  ],
  [
    'a Telegram token that Telegram refuses',
    () => ({
      TELEGRAM_TOKEN: `${stage.world.telegram.botId}:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA`,
      ADAPTERS: 'telegram',
    }),
    ['TELEGRAM_TOKEN', 'BotFather'],
  ],
  [
    'a Telegram token that is none',
    () => ({ TELEGRAM_TOKEN: 'hunter2', ADAPTERS: 'telegram' }),
    ['TELEGRAM_TOKEN'],
  ],
  [
    'an adapter whose token is missing',
    () => ({ TELEGRAM_TOKEN: '', ADAPTERS: 'telegram' }),
    ['TELEGRAM_TOKEN'],
  ],
  [
    'a platform that cannot be reached',
    async () => ({
      TELEGRAM_API_URL: `http://127.0.0.1:${await freePort()}`,
      ADAPTERS: 'telegram',
    }),
    [/[Tt]elegram/, 'TELEGRAM_API_URL'],
  ],
  [
    'a Redis that cannot be reached',
    async () => ({ REDIS_URL: `redis://127.0.0.1:${await freePort()}` }),
    ['REDIS_URL'],
  ],
  ['an adapter that there is not', () => ({ ADAPTERS: 'discord,slack' }), ['slack', 'telegram']],
  [
    'no platform at all in production',
    () => ({ DISCORD_TOKEN: '', TELEGRAM_TOKEN: '', NODE_ENV: 'production' }),
    ['DISCORD_TOKEN', 'TELEGRAM_TOKEN'],
  ],
  [
    'several settings at once, each of them named',
    () => ({
      HTTP_PORT: 'eighty',
      LOG_LEVEL: 'loud',
      XAI_API_URL: 'api.x.ai',
      OWNERS: 'Dora',
      CREDENTIAL_KEYS_FILE: '/nowhere/keys',
    }),
    ['HTTP_PORT', 'LOG_LEVEL', 'XAI_API_URL', 'OWNERS', 'CREDENTIAL_KEYS_FILE'],
  ],
  [
    'a sealing key that is none',
    () => ({ CREDENTIAL_KEYS: 'k1:c2hvcnQ=' }),
    ['CREDENTIAL_KEYS', 'base64'],
  ],
];

describe('a start that cannot succeed ends with one message that says what to do', () => {
  it.each(mistakes)('%s', async (_what, changes, says) => {
    await refusesToStart(await changes(), says);
  });

  it('a Redis that would lose data in a crash', async () => {
    await using volatile = await TestRedis.start('--appendonly', 'no');
    await refusesToStart({ REDIS_URL: volatile.url }, ['ALLOW_VOLATILE_REDIS', 'appendonly']);
  });

  it('a data folder that cannot be made', async () => {
    const file = join(stage.dataDir, 'a-file');
    await writeFile(file, '');
    await refusesToStart({ DATA_DIR: join(file, 'data') }, ['DATA_DIR']);
  });
});

describe('without the key that sealed the sign-in', () => {
  it('a wrong key refuses to start and touches nothing', async () => {
    const before = await credentialIn(stage);
    expect(before.size).toBeGreaterThan(0);
    const dataDir = await mkdtemp(join(tmpdir(), 'grok-bridge-other-'));
    const sameId = { CREDENTIAL_KEYS: sealingKey('k1'), DATA_DIR: dataDir };
    const otherId = { CREDENTIAL_KEYS: sealingKey('k2'), DATA_DIR: dataDir };
    await refusesToStart(sameId, ['CREDENTIAL_KEYS']);
    await refusesToStart(otherId, ['CREDENTIAL_KEYS', 'k1'], 'worker');
    await refusesToStart(otherId, ['CREDENTIAL_KEYS', 'k1'], 'login');
    expect(await credentialIn(stage)).toEqual(before);
    await rm(dataDir, { recursive: true });
  });

  it('a missing key refuses to start and touches nothing', async () => {
    const before = await credentialIn(stage);
    await refusesToStart({ CREDENTIAL_KEYS: '' }, ['CREDENTIAL_KEYS', 'main']);
    expect(await credentialIn(stage)).toEqual(before);
  });
});

async function refusesToStart(
  changes: Record<string, string>,
  says: readonly (string | RegExp)[],
  role = 'all',
): Promise<void> {
  const daemon = stage.run([role], changes);
  expect(await daemon.ended({ timeoutMs: 40_000 }), daemon.output).toBe(1);
  for (const part of says) expect(daemon.stderr).toMatch(part);
  expect(daemon.stderr).not.toMatch(/^\s+at /m);
  expect(daemon.output).not.toMatch(/hunter2|AAAAAAAA/);
  expect(daemon.lines.filter(({ level }) => level === 'error' || level === 'fatal')).toEqual([]);
}

/** Every key of the credential service, as Redis would dump it. */
async function credentialIn({ redis }: Stage): Promise<Map<string, string>> {
  const client = new Redis(redis?.url ?? '');
  try {
    const keys = (await client.keys('*')).filter((key) => /credential|grok/.test(key)).sort();
    const dumps = await Promise.all(keys.map(async (key) => client.dumpBuffer(key)));
    return new Map(keys.map((key, at) => [key, dumps[at]?.toString('base64') ?? '']));
  } finally {
    client.disconnect();
  }
}
