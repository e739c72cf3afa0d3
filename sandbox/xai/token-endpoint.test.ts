import { expect, test } from 'vitest';

import { XaiSandbox } from './sandbox.ts';
import { ask, callToken, refresh } from './test-client.ts';
import { fingerprint } from './tokens.ts';

test('a refresh token is spent by its first use and replaced', async () => {
  await using sandbox = await XaiSandbox.start();
  const grant = sandbox.signIn();
  const first = await refresh(sandbox, grant.refresh_token);
  const second = await refresh(sandbox, first.body.refresh_token ?? '');
  expect(second).toMatchObject({
    status: 200,
    body: { token_type: 'Bearer', expires_in: 21_600, scope: grant.scope },
  });
  expect(sandbox.families).toMatchObject([{ name: 'owner', generation: 3, revoked: false }]);
  expect(sandbox.tokenLog).toMatchObject([
    { grantType: 'refresh_token', name: 'owner', generation: 1, outcome: 'rotated' },
    { grantType: 'refresh_token', name: 'owner', generation: 2, outcome: 'rotated' },
  ]);
});

test('a refresh token that is used twice takes the whole family with it', async () => {
  await using sandbox = await XaiSandbox.start();
  const grant = sandbox.signIn();
  const other = sandbox.signIn('other');
  const { body: next } = await refresh(sandbox, grant.refresh_token);
  const revoked = {
    status: 400,
    body: { error: 'invalid_grant', error_description: 'Refresh token has been revoked' },
  };
  expect(await refresh(sandbox, grant.refresh_token)).toEqual(revoked);
  expect(await refresh(sandbox, next.refresh_token ?? '')).toEqual(revoked);
  await expect(ask(sandbox, next.access_token ?? '')).rejects.toMatchObject({ status: 403 });
  expect(await ask(sandbox, other.access_token)).toContain('Hello');
  expect(sandbox.families).toMatchObject([{ revoked: 'reuse', reuses: 1 }, { revoked: false }]);
  expect(sandbox.sendsPerRefreshToken.get(fingerprint(grant.refresh_token))).toBe(2);
});

test('with a grace, the spent token gets the same successor again', async () => {
  await using sandbox = await XaiSandbox.start({ graceMs: 60_000 });
  const grant = sandbox.signIn();
  const first = await refresh(sandbox, grant.refresh_token);
  expect(await refresh(sandbox, grant.refresh_token)).toEqual(first);
  expect(sandbox.families).toMatchObject([{ generation: 2, revoked: false }]);
});

test('without rotation the answer names no refresh token and the old one stays good', async () => {
  await using sandbox = await XaiSandbox.start({ rotate: false });
  const grant = sandbox.signIn();
  const first = await refresh(sandbox, grant.refresh_token);
  expect(first.body).not.toHaveProperty('refresh_token');
  expect((await refresh(sandbox, grant.refresh_token)).status).toBe(200);
});

test('without overlap the access token ends when its successor is minted', async () => {
  await using sandbox = await XaiSandbox.start({ overlap: false });
  const grant = sandbox.signIn();
  const { body: next } = await refresh(sandbox, grant.refresh_token);
  await expect(ask(sandbox, grant.access_token)).rejects.toMatchObject({ status: 403 });
  expect(await ask(sandbox, next.access_token ?? '')).toContain('Hello');
});

test.each([
  ['another client', { grant_type: 'refresh_token', client_id: 'other' }, 401, 'invalid_client'],
  ['no refresh token', { grant_type: 'refresh_token' }, 400, 'invalid_request'],
  [
    'an unknown refresh token',
    { grant_type: 'refresh_token', refresh_token: 'x' },
    400,
    'invalid_grant',
  ],
  ['a password', { grant_type: 'password' }, 400, 'unsupported_grant_type'],
  ['no grant type', {}, 400, 'invalid_request'],
])('a call with %s is refused', async (_what, form, status, error) => {
  await using sandbox = await XaiSandbox.start();
  expect(await callToken(sandbox, form)).toMatchObject({ status, body: { error } });
});

test('only forms are taken', async () => {
  await using sandbox = await XaiSandbox.start();
  const { status } = await fetch(`${sandbox.authUrl}/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  expect(status).toBe(415);
});

test('drop-after: the rotation has happened although its answer is lost', async () => {
  await using sandbox = await XaiSandbox.start();
  const grant = sandbox.signIn();
  sandbox.faults.inject({ match: 'POST /oauth2/token', fault: { kind: 'drop-after' } });
  await expect(refresh(sandbox, grant.refresh_token)).rejects.toThrow('fetch failed');
  expect(sandbox.families).toMatchObject([{ generation: 2 }]);
  expect(sandbox.tokenLog).toMatchObject([{ outcome: 'rotated', fault: 'drop-after' }]);
  expect(await refresh(sandbox, grant.refresh_token)).toMatchObject({ status: 400 });
});

test('drop-before and canned answers leave the refresh token unspent, and are counted', async () => {
  await using sandbox = await XaiSandbox.start();
  const grant = sandbox.signIn();
  const match = 'POST /oauth2/token';
  sandbox.faults.inject({ match, fault: { kind: 'drop-before' } });
  const body = '{"error":"temporarily_unavailable"}';
  const headers = { 'retry-after': '7' };
  sandbox.faults.inject({ match, fault: { kind: 'status', status: 503, body, headers } });
  await expect(refresh(sandbox, grant.refresh_token)).rejects.toThrow('fetch failed');
  const answer = await fetch(`${sandbox.authUrl}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: sandbox.clientId,
      grant_type: 'refresh_token',
      refresh_token: grant.refresh_token,
    }),
  });
  expect(answer.status).toBe(503);
  expect(answer.headers.get('retry-after')).toBe('7');
  expect(await answer.text()).toBe(body);
  expect((await refresh(sandbox, grant.refresh_token)).status).toBe(200);
  expect(sandbox.tokenLog.map(({ outcome, fault }) => [outcome, fault])).toEqual([
    ['not processed', 'drop-before'],
    ['not processed', 'status'],
    ['rotated', undefined],
  ]);
});

test('hang: nothing is done before the client gives up, nor after', async () => {
  await using sandbox = await XaiSandbox.start();
  const grant = sandbox.signIn();
  sandbox.faults.inject({ match: 'POST /oauth2/token', fault: { kind: 'hang' } });
  const giveUp = new AbortController();
  const hanging = fetch(`${sandbox.authUrl}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ refresh_token: grant.refresh_token }),
    signal: giveUp.signal,
  });
  await sandbox.waitFor(({ tokenCalls }) => tokenCalls === 1);
  giveUp.abort();
  await expect(hanging).rejects.toThrow('aborted');
  await sandbox.waitFor(({ tokenLog }) => tokenLog[0]?.outcome === 'not processed');
  expect(sandbox.families).toMatchObject([{ generation: 1 }]);
});

test('tokenDelayMs: decided on arrival, answered later', async () => {
  await using sandbox = await XaiSandbox.start({ tokenDelayMs: 50 });
  const grant = sandbox.signIn();
  const answers = Promise.all([
    refresh(sandbox, grant.refresh_token),
    refresh(sandbox, grant.refresh_token),
  ]);
  await sandbox.waitFor(({ families }) => families[0]?.revoked === 'reuse');
  expect((await answers).map(({ status }) => status)).toEqual(expect.arrayContaining([200, 400]));
});

test('a sign-in that the user takes back is revoked, and so is one whose token is revoked', async () => {
  await using sandbox = await XaiSandbox.start();
  const first = sandbox.signIn('first');
  const second = sandbox.signIn('second');
  sandbox.revokeSignIn('first');
  await fetch(`${sandbox.authUrl}/oauth2/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: sandbox.clientId, token: second.refresh_token }),
  });
  for (const { refresh_token: token } of [first, second]) {
    expect(await refresh(sandbox, token)).toMatchObject({ body: { error: 'invalid_grant' } });
  }
});

test('a garbled answer: the rotation has happened, and nobody can read it', async () => {
  await using sandbox = await XaiSandbox.start();
  const grant = sandbox.signIn();
  const headers = { 'content-type': 'text/html' };
  sandbox.garbleTokenAnswer({ status: 502, body: '<html>Bad gateway</html>', headers });
  await expect(refresh(sandbox, grant.refresh_token)).rejects.toThrow('JSON');
  expect(sandbox.families).toMatchObject([{ generation: 2 }]);
});

test('held answers are decided at once and sent when they are released', async () => {
  await using sandbox = await XaiSandbox.start();
  const grant = sandbox.signIn();
  sandbox.hold('tokens');
  const answer = refresh(sandbox, grant.refresh_token);
  await sandbox.waitFor(({ tokenLog }) => tokenLog[0]?.outcome === 'rotated');
  expect(sandbox.tokenLog[0]?.endedAt).toBeUndefined();
  sandbox.release('tokens');
  expect((await answer).status).toBe(200);
});
