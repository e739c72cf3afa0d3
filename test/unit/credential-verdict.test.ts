import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { checkEndpoint } from '../../src/credentials/discovery.ts';
import { type TokenClassifier, judge, retryAfterOf } from '../../src/credentials/verdict.ts';

const classify: TokenClassifier = ({ body }) => ({
  class: body.includes('invalid_grant') ? 'dead-grant' : 'transient',
});
const answered = (status: number, body: string) =>
  judge({ kind: 'answered', status, headers: {}, body }, classify);

describe('the answer of a token endpoint', () => {
  test('with an access token is never thrown away, whatever else is wrong with it', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (rest) => {
        const verdict = answered(200, JSON.stringify({ ...rest, access_token: 'at' }));
        expect(verdict.kind).toBe('minted');
      }),
    );
  });

  test('leaves open what the server did unless it says so', () => {
    for (const [status, body] of [
      [500, 'x'],
      [503, '<html>'],
      [503, '{"error":{"message":"nested"}}'],
      [200, ''],
      [200, '{"access_token":""}'],
      [302, ''],
    ] as const) {
      expect(answered(status, body).kind).toBe('lost');
    }
    for (const [status, body] of [
      [429, ''],
      [403, '<html>'],
      [503, '{"error":"temporarily_unavailable"}'],
    ] as const) {
      expect(answered(status, body).kind).toBe('refused');
    }
    expect(answered(400, '{"error":"invalid_grant"}')).toEqual({
      kind: 'dead',
      code: 'invalid_grant',
    });
  });

  test('names no more of a body than an OAuth error code', () => {
    fc.assert(
      fc.property(fc.integer({ min: 200, max: 599 }), fc.string(), (status, error) => {
        const verdict = answered(status, JSON.stringify({ error }));
        if (verdict.kind === 'minted') return;
        expect(verdict.code).toMatch(/^([a-z_]{1,40}|http-\d{3})$/);
      }),
    );
  });

  test('says how long to wait in seconds or by a date', () => {
    expect(retryAfterOf('7')).toBe(7000);
    expect(retryAfterOf(undefined)).toBeNull();
    expect(retryAfterOf('soon')).toBeNull();
    expect(retryAfterOf('-5')).toBe(0);
    expect(retryAfterOf('1e300')).toBe(3_600_000);
    expect(retryAfterOf('Thu, 01 Jan 2125 00:00:00 GMT')).toBe(3_600_000);
    expect(retryAfterOf('Thu, 01 Jan 1970 00:00:00 GMT')).toBe(0);
  });
});

describe('an endpoint', () => {
  const issuer = new URL('https://auth.x.ai');

  test.each(['https://auth.x.ai/oauth2/token', 'https://x.ai/token', 'https://accounts.x.ai/t'])(
    '%s may get a token',
    (url) => {
      expect(() => checkEndpoint('token_endpoint', url, issuer)).not.toThrow();
    },
  );

  test.each([
    'http://auth.x.ai/oauth2/token',
    'https://auth.x.ai.evil.example/token',
    'https://evilx.ai/token',
    'https://127.0.0.1/token',
    'ftp://auth.x.ai/token',
    'nonsense',
  ])('%s may not', (url) => {
    expect(() => checkEndpoint('token_endpoint', url, issuer)).toThrow('where no token may go');
  });

  test('on loopback may be plain http when the issuer is there, too', () => {
    const local = new URL('http://127.0.0.1:9');
    expect(() => checkEndpoint('t', 'http://127.0.0.1:9/token', local)).not.toThrow();
    expect(() => checkEndpoint('t', 'http://127.0.0.1:9/token', issuer)).toThrow();
  });
});
