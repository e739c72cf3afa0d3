import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { importTokens } from '../../src/credentials/import.ts';

const now = Date.parse('2026-11-23T12:00:00Z');
const pair = { access_token: 'at', refresh_token: 'rt' };

describe('an import', () => {
  test('reads the end of the access token in every usual form', () => {
    const end = now + 3_600_000;
    const forms = [
      { expires_in: 3600 },
      { expires_in: '3600' },
      { expires_at: end / 1000 },
      { expires_at: end },
      { expires_at: String(end / 1000) },
      { expires_at: new Date(end).toISOString() },
    ];
    for (const form of forms) {
      const { tokens, from } = importTokens(JSON.stringify({ ...pair, ...form }), now);
      expect(tokens).toEqual({ accessToken: 'at', refreshToken: 'rt', expiresInMs: 3_600_000 });
      expect(from).toBe('tokens');
    }
  });

  test('ignores what it does not know, and keeps the client it was issued to', () => {
    const file = { ...pair, expires_in: 60, client_id: 'c', id_token: 7, more: { a: 1 } };
    const { tokens } = importTokens(JSON.stringify(file), now);
    expect(tokens.clientId).toBe('c');
  });

  test('takes a token that is over: its refresh token may be good', () => {
    const { tokens } = importTokens(JSON.stringify({ ...pair, expires_at: now - 1000 }), now);
    expect(tokens.expiresInMs).toBe(-1000);
  });

  test('reads the store of Hermes, the time counted from its last refresh', () => {
    const file = {
      providers: {
        'xai-oauth': {
          tokens: { ...pair, expires_in: 21_600, token_type: 'Bearer' },
          last_refresh: '2026-11-23T11:00:00Z',
        },
      },
    };
    const { tokens, from } = importTokens(JSON.stringify(file), now);
    expect(from).toBe('hermes');
    expect(tokens.expiresInMs).toBe(5 * 3_600_000);
  });

  test('reads the store of the Grok CLI, past the scopes without a refresh token', () => {
    const file = {
      'https://api.x.ai': { key: 'xai-1' },
      'https://auth.x.ai::client-1': {
        key: 'at',
        refresh_token: 'rt',
        expires_at: '2026-11-23T13:00:00Z',
        oidc_client_id: 'client-1',
        team_id: 'team-1',
      },
    };
    const { tokens, from } = importTokens(JSON.stringify(file), now);
    expect(from).toBe('grok-cli');
    expect(tokens).toEqual({
      accessToken: 'at',
      refreshToken: 'rt',
      expiresInMs: 3_600_000,
      clientId: 'client-1',
      team: 'team-1',
    });
  });

  test('believes no life of more than a year, in the past or to come', () => {
    const life = (more: string) =>
      importTokens(`{"access_token":"a","refresh_token":"r",${more}}`, now).tokens.expiresInMs;
    const yearMs = 31_536_000_000;
    expect(life('"expires_in":1e308')).toBe(yearMs);
    expect(life('"expires_in":-1e308')).toBe(-yearMs);
    expect(life('"expires_at":1e300')).toBe(yearMs);
  });

  test('refuses anything else with one code, and never repeats what it read', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (text) => {
        try {
          importTokens(text, now);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CREDENTIAL_FILE_INVALID' });
        }
      }),
    );
    const secret = JSON.stringify({ access_token: 'canary', refresh_token: 'canary' });
    expect(() => importTokens(secret, now)).toThrow(/^(?!.*canary)/);
    expect(() => importTokens(`${secret}x`, now)).toThrow(/^(?!.*canary)/);
  });
});
