import { describe, expect, it } from 'vitest';

import { readRedisUrl, redisPlaceWords } from '../../src/redis-url.ts';

const sentinel = {
  kind: 'sentinel',
  isTls: false,
  sentinels: [
    { host: 'one', port: 26_379 },
    { host: 'two', port: 26_380 },
  ],
  primary: 'mymaster',
  db: 0,
  username: undefined,
  password: undefined,
  sentinelUsername: undefined,
  sentinelPassword: undefined,
};

describe('the address of a Redis', () => {
  it.each([
    ['redis://localhost', { kind: 'server', isTls: false }],
    ['rediss://user:p%40ss@cache.example.com:6380/2', { kind: 'server', isTls: true }],
    ['redis+sentinel://one,two:26380/mymaster', sentinel],
    ['rediss+sentinel://one,two:26380/mymaster/3', { ...sentinel, isTls: true, db: 3 }],
    [
      'redis+sentinel://bot:p%40s:s@one,two:26380/mymaster?sentinel_username=watch&sentinel_password=a%26b',
      {
        ...sentinel,
        username: 'bot',
        password: 'p@s:s',
        sentinelUsername: 'watch',
        sentinelPassword: 'a&b',
      },
    ],
    [
      'redis+sentinel://:secret@[::1]:26379/mymaster',
      { ...sentinel, sentinels: [{ host: '::1', port: 26_379 }], password: 'secret' },
    ],
  ])('%s is read', (text, place) => {
    expect(readRedisUrl(text)).toEqual(place);
  });

  it.each([
    ['http://:hidden@x', 'expected redis://host:port, rediss://host:port or redis+sentinel://'],
    ['redis://:hidden@x:port', 'expected redis://host:port'],
    ['redis+sentinel://:hidden@one,two', "the primary's name after the sentinels"],
    ['redis+sentinel://:hidden@one:0/mymaster', 'the sentinels as host:port,host:port'],
    ['redis+sentinel://:hidden@one,,two/mymaster', 'the sentinels as host:port,host:port'],
    ['redis+sentinel://:hidden@one/mymaster/first', "a database's number"],
    [
      'redis+sentinel://:hidden@one/mymaster?hidden=1',
      'sentinel_username and sentinel_password only',
    ],
    ['redis+sentinel://:hidden%@one/mymaster', '%-signs'],
  ])('%s is refused, and nothing secret said', (text, words) => {
    const problem = readRedisUrl(text);
    expect(problem).toContain(words);
    expect(problem).not.toContain('hidden');
  });

  it('is told without its passwords', () => {
    expect(redisPlaceWords('redis://me:secret@here/1')).toBe('redis://here:6379');
    expect(
      redisPlaceWords('rediss+sentinel://me:secret@one,two:1/mymaster?sentinel_password=secret'),
    ).toBe('rediss+sentinel://one:26379,two:1/mymaster');
  });
});
