import { Writable } from 'node:stream';

import { describe, expect, it } from 'vitest';

import { BridgeError } from '../../src/errors.ts';
import { createLog, type Logger } from '../../src/log.ts';

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

function print(use: (log: Logger) => void): string {
  let printed = '';
  const destination = new Writable({
    write(chunk, _encoding, done) {
      printed += String(chunk);
      done();
    },
  });
  use(createLog({ level: 'trace', destination }));
  return printed;
}

function lines(use: (log: Logger) => void): unknown[] {
  return print(use)
    .split('\n')
    .filter((line) => line !== '')
    .map((line): unknown => JSON.parse(line));
}
