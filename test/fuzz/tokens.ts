import fc from 'fast-check';

import { loadAdapters } from '../../src/adapters.ts';
import { readConfig } from '../../src/config.ts';
import { importTokens } from '../../src/credentials/import.ts';
import { makeKey, parseKeyRing } from '../../src/credentials/key-ring.ts';
import { readTokens } from '../../src/credentials/minted.ts';
import { parseRecord } from '../../src/credentials/record.ts';
import { seal, unseal } from '../../src/credentials/seal.ts';
import { judge } from '../../src/credentials/verdict.ts';
import { type ErrorCode, isBridgeError } from '../../src/errors.ts';
import { classify } from '../../src/grok/classify.ts';
import { withSettings } from '../../src/setup/env-file.ts';
import { broken, mutated, mutatedText } from './foreign.ts';
import { target } from './fuzz.ts';

const jwt = `e30.${Buffer.from('{"exp":2,"iat":1,"team_id":"t"}').toString('base64url')}.x`;
const tokens = { access_token: jwt, refresh_token: 'r', expires_in: 21_600, scope: 'openid' };
const oauthError = { error: 'invalid_grant', error_description: 'The token was revoked' };

const endpoint = target({
  name: 'answers of the token endpoint',
  inputs: fc.tuple(
    fc.constantFrom(200, 201, 400, 401, 403, 429, 500, 503),
    mutatedText(tokens, oauthError),
  ),
  check: ([status, body]) => {
    const minted = readTokens(body);
    if (minted !== null && !(minted.accessToken !== '' && minted.lifeMs >= 1_000)) {
      throw new Error('tokens that nobody can use');
    }
    const verdict = judge({ kind: 'answered', status, body, headers: {} }, (answer) =>
      classify({ endpoint: 'token', ...answer }),
    );
    if (verdict.kind === 'minted' && minted === null) throw new Error('minted from nothing');
    if (verdict.kind === 'dead' && status >= 500) throw new Error('dead by a fault of the server');
  },
});

const stores = [
  tokens,
  { ...tokens, expires_in: undefined, expires_at: '2026-11-26T00:00:00Z' },
  { providers: { 'xai-oauth': { tokens, last_refresh: '2026-11-26T00:00:00Z' } } },
  {
    'https://auth.x.ai::id': {
      key: jwt,
      refresh_token: 'r',
      expires_at: 1_795_737_600,
      team_id: 't',
    },
  },
];

const imported = target({
  name: 'imported files',
  inputs: mutatedText(...stores),
  check: (json) => {
    const found = orRefused('CREDENTIAL_FILE_INVALID', () => importTokens(json, 1_795_000_000_000));
    if (found === undefined) return;
    const { accessToken, refreshToken, expiresInMs } = found.tokens;
    if (accessToken === '' || refreshToken === '' || !Number.isFinite(expiresInMs)) {
      throw new Error('tokens that nobody can use');
    }
  },
});

const record = {
  v: '1', kind: 'oauth', epoch: '1', gen: '2', st: 'active', at_ct: 'x', rt_ct: 'y', exp_ms: '1',
  life_ms: '1', minted_ms: '0', due_ms: '1', mand_ms: '1', rejected_gen: '2', lost_gen: '0',
}; // prettier-ignore
const ring = parseKeyRing(makeKey('k'));
const slot = { kind: 'copy', name: 'main' } as const;

const records = target({
  name: 'records of sign-ins',
  inputs: fc.tuple(
    mutated(record),
    fc.oneof(broken(fc.constant(seal(ring, slot, 'text'))), fc.string({ unit: 'binary' })),
  ),
  check: ([value, blob]) => {
    const fields = Object.entries(typeof value === 'object' && value !== null ? value : {});
    const texts = Object.fromEntries(
      fields.map(([key, field]) => [key, JSON.stringify(field) ?? '']),
    );
    orRefused('RECORD_NEWER', () => parseRecord('main', texts));
    const opened = orRefused('CREDENTIAL_KEY_WRONG', () => unseal(ring, slot, blob));
    if (opened !== undefined && opened !== 'text') throw new Error('opened what was not sealed');
    orRefused('CONFIG_INVALID', () => parseKeyRing(blob));
  },
});

const adapters = await loadAdapters();
const settings = {
  DISCORD_TOKEN: 'a.b.c', OWNERS: 'discord:1,telegram:2', ALLOW: 'discord:guild:1,-telegram:5',
  GROUP_CONVERSATIONS: 'per-user', HISTORY_DAYS: '30', HTTP_PORT: '8080', XAI_AUTH_URL: 'https://auth.x.ai',
  CREDENTIAL_KEYS: makeKey('k1'), BUDGET_USD_PER_DAY: '1.5', ACCESS: 'open', ADAPTERS: 'discord',
}; // prettier-ignore

const configuration = target({
  name: 'settings',
  inputs: mutated(settings),
  check: (value) => {
    const fields = Object.entries(typeof value === 'object' && value !== null ? value : {});
    const env = Object.fromEntries(fields.map(([key, field]) => [key, asText(field)]));
    orRefused('CONFIG_INVALID', () => readConfig(env, adapters));
  },
});

const envFile = target({
  name: 'files of settings',
  inputs: fc.tuple(
    broken(fc.constant('# A comment\nexport A=1\nB="two\nlines"\nC=\'x\'\r\n# D=\nA=3\n')),
    fc.stringMatching(/^[A-Z_]{1,8}$/),
    fc.stringMatching(/^[^'\n\r]{0,20}$/),
  ),
  check: ([text, key, value]) => {
    // It throws rather than writing what would be read otherwise.
    try {
      withSettings(text, new Map([[key, value]]));
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith('its form')) throw error;
    }
  },
});

export const ofTokens = [endpoint, imported, records, configuration, envFile];

/** What `work` gives; undefined where it refuses with this code. Anything else it throws is a fault. */
function orRefused<T>(code: ErrorCode, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (isBridgeError(error, code)) return undefined;
    throw error;
  }
}

/** As it would stand in the environment, where everything is a text. */
function asText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}
