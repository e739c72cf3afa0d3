import { Writable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/errors.ts';
import { readLevels } from '../../src/log-levels.ts';
import { createLog, type Logger, partLog } from '../../src/log.ts';
import { forPrompt } from '../../src/prompt-at-hand.ts';

describe('the log', () => {
  it('prints no secret, whichever way one gets into it', () => {
    const telegram = '123456789:AAEabcdefghijklmnopqrstuvwxyz012345';
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJvd25lciJ9.c2lnbmF0dXJl';
    const key = 'xai-abcdefghijklmnopqrstuvwxyz';
    const printed = print((log) => {
      log.info(
        { token: telegram, nested: { refresh_token: jwt, deep: { apiKey: key } } },
        'fields',
      );
      log.info({ url: `https://api.telegram.org/bot${telegram}/getMe` }, 'a url');
      log.info({ header: `Bearer ${jwt}` }, `and in the message ${key}`);
      log.warn({ err: new Error(`refused ${jwt}`, { cause: new Error(key) }) }, 'an error');
      log.info({ place: 'redis://:hunter2hunter2@127.0.0.1:6379' }, 'a redis url');
    });
    for (const secret of [telegram, jwt, key, 'hunter2hunter2']) {
      expect(printed).not.toContain(secret);
    }
    expect(printed.split('\n').filter((line) => line !== '')).toHaveLength(5);
  });

  it('says code, message and cause of an error, and not what libraries hang on theirs', () => {
    const cause = Object.assign(new Error('socket hang up'), {
      code: 'ECONNRESET',
      request: 'body',
    });
    const [line] = lines((log) => {
      log.error({ err: new BridgeError('GROK_UNAVAILABLE', 'Grok is away', { cause }) }, 'failed');
    });
    expect(line).toMatchObject({
      level: 'error',
      msg: 'failed',
      err: {
        code: 'GROK_UNAVAILABLE',
        message: 'Grok is away',
        cause: { code: 'ECONNRESET', message: 'socket hang up' },
      },
    });
    expect(JSON.stringify(line)).not.toContain('"request"');
  });
});

describe('the level of the log', () => {
  it('is one for all and, for parts that are named, another; each line says its part', () => {
    const level = 'warn,credentials=debug, telegram=info';
    const printed = lines((log) => {
      log.info('hidden');
      log.warn('program');
      partLog(log, 'credentials').debug('credentials');
      partLog(partLog(log, 'credentials'), 'queue').info('hidden');
      partLog(log, 'queue').warn('queue');
      partLog(log, { platform: 'telegram' }).info('telegram');
    }, level);
    expect(printed).toMatchObject([
      { msg: 'program', part: 'program' },
      { msg: 'credentials', part: 'credentials' },
      { msg: 'queue', part: 'queue' },
      { msg: 'telegram', part: 'telegram', platform: 'telegram' },
    ]);
  });

  it('is info where only parts are named', () => {
    expect(readLevels('queue=trace')).toEqual({
      all: 'info',
      parts: new Map([['queue', 'trace']]),
    });
  });

  it.each([
    'loud',
    'info,debug',
    'queue=loud',
    'cue=debug',
    'queue=debug,queue=info',
    'queue=debug=info',
    'info,',
    '',
  ])('that is “%s” is refused in one sentence that says what there is', (text) => {
    const problem = readLevels(text);
    expect(problem).toContain('trace');
    expect(problem).toContain('credentials');
    expect(problem).toContain('telegram');
  });
});

describe('a line that is logged for a prompt', () => {
  it('carries its id, however deep below and after whatever wait, and no other line does', async () => {
    const printed: unknown[] = [];
    const log = createLog({
      level: 'info',
      destination: { write: (text) => printed.push(JSON.parse(text)) },
    });
    const work = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      partLog(log, 'credentials').info('refreshed');
    };
    await Promise.all([forPrompt('a', work), forPrompt('b', work), forPrompt(undefined, work)]);
    forPrompt('a', () => log.info({ prompt: 'named' }, 'explicit'));
    expect(printed.map((line) => promptOf(line))).toEqual(['a', 'b', undefined, 'named']);
  });
});

function promptOf(line: unknown): unknown {
  return typeof line === 'object' && line !== null && 'prompt' in line ? line.prompt : undefined;
}

function print(use: (log: Logger) => void, level = 'trace'): string {
  let printed = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      printed += String(chunk);
      done();
    },
  });
  use(createLog({ level, destination }));
  return printed;
}

function lines(use: (log: Logger) => void, level?: string): unknown[] {
  return print(use, level)
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}
