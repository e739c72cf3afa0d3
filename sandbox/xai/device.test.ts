import * as oauth from 'oauth4webapi';
import { expect, test } from 'vitest';

import { XaiSandbox } from './sandbox.ts';
import { ask, callToken } from './test-client.ts';
import { DEVICE_GRANT } from './token-endpoint.ts';

const insecure = { [oauth.allowInsecureRequests]: true };

/** Starts at the real time, which the client compares with the id token's, and passes by hand. */
function startingNow() {
  let now = Date.now();
  return {
    now: () => now,
    monotonic: () => now,
    sleep: () => Promise.resolve(),
    pass: (ms: number) => {
      now += ms;
    },
  };
}

async function signInWithDevice(sandbox: XaiSandbox) {
  const issuer = new URL(sandbox.authUrl);
  const server = await oauth.processDiscoveryResponse(
    issuer,
    await oauth.discoveryRequest(issuer, insecure),
  );
  const client = { client_id: sandbox.clientId };
  const device = await oauth.processDeviceAuthorizationResponse(
    server,
    client,
    await oauth.deviceAuthorizationRequest(
      server,
      client,
      oauth.None(),
      { scope: 'openid offline_access api:access' },
      insecure,
    ),
  );
  const poll = async () => {
    const { device_code: code } = device;
    const answer = await oauth.deviceCodeGrantRequest(server, client, oauth.None(), code, insecure);
    return oauth.processDeviceCodeResponse(server, client, answer);
  };
  return { server, client, device, poll };
}

test('a certified client signs in by device code and refreshes what it got', async () => {
  const clock = startingNow();
  await using sandbox = await XaiSandbox.start({ clock });
  const { server, client, device, poll } = await signInWithDevice(sandbox);
  expect(device.verification_uri_complete).toContain(device.user_code);
  await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' });
  expect(sandbox.pendingDevices()).toMatchObject([{ userCode: device.user_code }]);
  expect(sandbox.approveDevice(device.user_code.toLowerCase(), 'ada')).toBe(true);
  clock.pass(5000);
  const tokens = await poll();
  expect(await ask(sandbox, tokens.access_token)).toContain('Hello');
  const next = await oauth.processRefreshTokenResponse(
    server,
    client,
    await oauth.refreshTokenGrantRequest(
      server,
      client,
      oauth.None(),
      tokens.refresh_token ?? '',
      insecure,
    ),
  );
  expect(await ask(sandbox, next.access_token)).toContain('Hello');
  expect(sandbox.families).toMatchObject([{ name: 'ada', generation: 2 }]);
});

test('a device code ends: denied, expired, or given out', async () => {
  const clock = startingNow();
  await using sandbox = await XaiSandbox.start({ clock });
  const denied = await signInWithDevice(sandbox);
  expect(sandbox.denyDevice(denied.device.user_code)).toBe(true);
  await expect(denied.poll()).rejects.toMatchObject({ error: 'access_denied' });

  const late = await signInWithDevice(sandbox);
  clock.pass(late.device.expires_in * 1000);
  await expect(late.poll()).rejects.toMatchObject({ error: 'expired_token' });
  expect(sandbox.approveDevice(late.device.user_code)).toBe(false);

  const used = await signInWithDevice(sandbox);
  sandbox.approveDevice(used.device.user_code);
  await callToken(sandbox, { grant_type: DEVICE_GRANT, device_code: used.device.device_code });
  await expect(used.poll()).rejects.toMatchObject({ error: 'invalid_grant' });
});

test('a client that polls too fast is told to slow down, by five seconds more', async () => {
  const clock = startingNow();
  await using sandbox = await XaiSandbox.start({ clock });
  const { device, poll } = await signInWithDevice(sandbox);
  expect(device.interval).toBe(5);
  await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' });
  clock.pass(4999);
  await expect(poll()).rejects.toMatchObject({ error: 'slow_down' });
  clock.pass(9999);
  await expect(poll()).rejects.toMatchObject({ error: 'slow_down' });
  clock.pass(15_000);
  await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' });
});

test('a person can decide on the page that the address leads to', async () => {
  await using sandbox = await XaiSandbox.start();
  const { device, poll } = await signInWithDevice(sandbox);
  const page = await fetch(device.verification_uri_complete ?? '');
  expect(await page.text()).toContain(`value="${device.user_code}"`);
  await fetch(device.verification_uri, {
    method: 'POST',
    body: new URLSearchParams({ user_code: device.user_code, decision: 'allow' }),
  });
  expect(await poll()).toMatchObject({ token_type: 'bearer' });
});

test('autoApproveDevices signs in without anybody', async () => {
  await using sandbox = await XaiSandbox.start({ autoApproveDevices: true });
  const { poll } = await signInWithDevice(sandbox);
  expect(await poll()).toHaveProperty('refresh_token');
});

test.each([
  ['another client', { client_id: 'other', scope: 'openid' }, 401],
  ['an unknown scope', { client_id: 'grok-bridge-sandbox', scope: 'everything' }, 400],
])('a device sign-in with %s is refused', async (_what, form, status) => {
  await using sandbox = await XaiSandbox.start();
  const answer = await fetch(`${sandbox.authUrl}/oauth2/device/code`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
  expect(answer.status).toBe(status);
});
