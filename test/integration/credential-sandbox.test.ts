import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { XaiSandbox } from '../../sandbox/xai/sandbox.ts';
import { systemClock } from '../../src/clock.ts';
import { deviceSignIn } from '../../src/credentials/device.ts';
import { importTokens } from '../../src/credentials/import.ts';
import { TestRedis } from '../redis-server.ts';
import { Fleet, never, request, stale } from './credential-model.ts';

let redis: TestRedis;
let xai: XaiSandbox;
let fleet: Fleet;

beforeEach(async () => {
  redis = await TestRedis.start();
  xai = await XaiSandbox.start({ devicePollMs: 1_000 });
  fleet = await Fleet.make(redis.url, xai.authUrl);
});
afterEach(async () => {
  await fleet[Symbol.asyncDispose]();
  await xai[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

function options(onPrompt: (code: string) => void) {
  return {
    issuer: xai.authUrl,
    clientId: xai.clientId,
    scope: 'openid offline_access api:access',
    clock: systemClock,
    onPrompt: (prompt: { userCode: string }) => onPrompt(prompt.userCode),
  };
}

describe('a device sign-in', () => {
  test('prompts, waits for the person, and its tokens serve and refresh', async () => {
    const tokens = await deviceSignIn(
      options((code) => void xai.approveDevice(code)),
      never,
    );
    const service = await fleet.process({ timings: { guardMs: 0 } });
    await service.signIn('default', tokens);
    const session = service.begin(request);
    const token = await session.acquire(never);
    xai.expireAccessTokens();
    expect(await session.refused(token, stale, never)).toBe('again');
    expect((await session.acquire(never)).generation).toBe(2);
    expect(xai.refreshCalls).toBe(1);
  });

  test('that is denied ends with what to do', async () => {
    const denied = deviceSignIn(
      options((code) => void xai.denyDevice(code)),
      never,
    );
    await expect(denied).rejects.toMatchObject({ code: 'SIGN_IN_FAILED' });
  });

  test('can be stopped', async () => {
    const stop = new AbortController();
    const stopped = deviceSignIn(
      options(() => stop.abort(new Error('stopped'))),
      stop.signal,
    );
    await expect(stopped).rejects.toThrow('stopped');
  });
});

describe('against the sandbox', () => {
  test('a fleet of four processes under 200 refusals makes one call', async () => {
    const { tokens } = importTokens(JSON.stringify(xai.signIn()), Date.now());
    const processes = await Promise.all(
      [1, 2, 3, 4].map(async () => fleet.process({ clientId: xai.clientId })),
    );
    await processes[0]?.signIn('default', tokens);
    await Promise.all(processes.map(async (service) => service.reload()));
    xai.configure({ tokenDelayMs: 300 });
    const sessions = processes.flatMap((service) =>
      Array.from({ length: 50 }, (_, i) => service.begin({ ...request, prompt: `p${i}` })),
    );
    const advice = sessions.map(async (session) =>
      session.refused(await session.acquire(never), stale, never),
    );
    expect(new Set(await Promise.all(advice))).toEqual(new Set(['again']));
    expect(xai.refreshCalls).toBe(1);
    expect([...xai.sendsPerRefreshToken.values()]).toEqual([1]);
  });

  test('an answer that is dropped after the rotation costs no family before the token ends', async () => {
    const { tokens } = importTokens(JSON.stringify(xai.signIn()), Date.now());
    const service = await fleet.process({ clientId: xai.clientId });
    await service.signIn('default', tokens);
    xai.faults.inject({ match: '/oauth2/token', fault: { kind: 'drop-after' } });
    const { epoch, generation } = await service.begin(request).acquire(never);
    await fleet.processRefresh(service);
    expect((await service.status())[0]).toMatchObject({ state: 'ambiguous', epoch, generation });
    expect(xai.families.map((family) => family.revoked)).toEqual([false]);
    expect(xai.refreshCalls).toBe(1);
  });
});
