import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { loadAdapters } from '../src/adapters.ts';
import { readConfig } from '../src/config.ts';
import { envExample, settingsSections } from './settings-reference.ts';

const adapters = await loadAdapters();

describe('.env.example', () => {
  it('is what the schemas say, word for word', async () => {
    await expect(await envExample()).toMatchFileSnapshot('../.env.example');
  });

  it('explains every setting', async () => {
    const all = (await settingsSections()).flatMap(({ settings }) => settings);
    expect(all.filter(({ description }) => description === '')).toEqual([]);
    expect(new Set(all.map(({ key }) => key)).size).toBe(all.length);
  });
});

describe('the configuration', () => {
  it('is complete with nothing set, and says that nothing is', () => {
    const config = readConfig({}, adapters);
    expect(config).toMatchObject({
      isUnconfigured: true,
      ADAPTERS: [],
      REDIS_PREFIX: 'grok-bridge',
      GROK_MODEL: 'grok-4.3',
      XAI_API_URL: 'https://api.x.ai/v1',
      XAI_AUTH_URL: 'https://auth.x.ai',
      ACCESS: 'pairing',
      QUEUE_PER_CONVERSATION: 50,
      QUEUE_TOTAL: 100_000,
      WORKER_CONCURRENCY: 50,
      HTTP_HOST: '127.0.0.1',
      HTTP_PORT: 8080,
    });
  });

  it('takes an empty value for none', () => {
    expect(readConfig({ REDIS_URL: '', ADAPTERS: '' }, adapters).isUnconfigured).toBe(true);
  });

  it('never starts the sandbox by itself in production', () => {
    expect(readConfig({ NODE_ENV: 'production' }, adapters).isUnconfigured).toBe(false);
  });

  it('starts the platforms whose token is set, unless ADAPTERS names others', () => {
    const token = { TELEGRAM_TOKEN: '123456789:AAEabcdefghijklmnopqrstuvwxyz012345' };
    expect(readConfig(token, adapters).ADAPTERS).toEqual(['telegram']);
    expect(readConfig({ ...token, ADAPTERS: 'terminal' }, adapters).ADAPTERS).toEqual(['terminal']);
  });

  it('reports every problem at once, echoes no value and says what was expected', () => {
    const secret = 'hunter2-very-secret';
    const broken = {
      REDIS_URL: `http://:${secret}@x`,
      HTTP_PORT: 'eighty',
      ACCESS: 'everyone',
      OWNERS: 'me',
      ALLOW_VOLATILE_REDIS: 'perhaps',
      XAI_API_URL: secret,
    };
    const message = problemsOf(broken);
    for (const key of Object.keys(broken)) expect(message).toContain(key);
    expect(message).toContain('redis://host:port');
    expect(message).not.toContain(secret);
  });

  it('reads KEY from the file that KEY_FILE names, and refuses both at once', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'grok-bridge-config-')), 'key');
    writeFileSync(file, 'xai-from-a-file\n');
    expect(readConfig({ XAI_API_KEY_FILE: file }, adapters).XAI_API_KEY).toBe('xai-from-a-file');
    expect(problemsOf({ XAI_API_KEY_FILE: file, XAI_API_KEY: 'x' })).toContain('not both');
    expect(problemsOf({ XAI_API_KEY_FILE: `${file}.gone` })).toContain('XAI_API_KEY_FILE');
  });

  it('takes a URL with or without a slash at its end', () => {
    expect(readConfig({ XAI_API_URL: 'http://127.0.0.1:1/v1/' }, adapters).XAI_API_URL).toBe(
      'http://127.0.0.1:1/v1',
    );
  });
});

function problemsOf(environment: Record<string, string>): string {
  try {
    readConfig(environment, adapters);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  throw new Error('the configuration was taken');
}
