import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';
import { describe, expect, it } from 'vitest';

import { describeTrouble, troubleOf } from './outcome.ts';

const url = 'https://discord.com/api/v10/webhooks/9/secret-token/messages/@original';
const request = { body: { content: 'private words' }, files: undefined };

function refusal(status: number, code: number): DiscordAPIError {
  return new DiscordAPIError({ message: 'no', code }, code, status, 'PATCH', url, request);
}

function limited(retryAfter: number): RateLimitError {
  return new RateLimitError({
    timeToReset: 1,
    limit: 5,
    method: 'POST',
    hash: 'h',
    url,
    route: '/channels/:id/messages',
    majorParameter: '5',
    global: false,
    retryAfter,
    sublimitTimeout: 0,
    scope: 'user',
  });
}

describe('what discord.js throws', () => {
  it.each([
    ['a rate limit', limited(137_050), { kind: 'wait', afterMs: 137_050 }],
    ['a rate limit without a time', limited(0), { kind: 'wait', afterMs: 5_000 }],
    ['a wrong bot token', refusal(401, 0), { kind: 'unauthorized' }],
    ['an ended interaction', refusal(401, 50_027), { kind: 'error', code: 50_027, status: 401 }],
    ['a refusal', refusal(403, 50_013), { kind: 'error', code: 50_013, status: 403 }],
    ['too many edits', refusal(429, 30_046), { kind: 'wait', afterMs: 60_000 }],
    [
      'a failure of Discord’s',
      new HTTPError(502, 'Bad', 'POST', url, request),
      { kind: 'unknown' },
    ],
    [
      'a lost connection',
      Object.assign(new Error('x'), { code: 'ECONNRESET' }),
      { kind: 'unknown' },
    ],
    ['something else', 'text', { kind: 'unknown' }],
  ])('%s', (_, error, expected) => {
    const trouble = troubleOf(error);
    expect(trouble).toMatchObject(expected);
    expect(describeTrouble(trouble)).not.toMatch(/secret|private/);
  });
});
