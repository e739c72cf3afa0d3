import { describe, expect, test } from 'vitest';

import type { Refusal } from '../../src/credentials/token.ts';
import { deploymentForEach } from './credential-deployment.ts';
import { type Fleet, age, imported, never, request, stale, until } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let server: TokenServer;
let fleet: Fleet;
deploymentForEach(TokenServer, (made) => {
  ({ server, fleet } = made);
});

describe('a class of refusal other than bad-credentials', () => {
  const classes: Refusal['class'][] = [
    'no-credentials', 'invalid-api-key', 'quota', 'entitlement', 'rate-limited', 'safety',
    'context-too-long', 'stale-reasoning', 'invalid-request', 'model-unavailable', 'forbidden',
    'transient',
  ]; // prettier-ignore

  test.each(classes)('%s never reaches the token endpoint', async (name) => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens));
    const session = service.begin(request);
    const token = await session.acquire(never);
    const refusal = { class: name, status: 403, streamed: false } as const;
    const advice = await session.refused(token, refusal, never);
    expect(advice).toBe(name === 'no-credentials' ? 'again' : 'give-up');
    expect(await session.refused(token, refusal, never)).toBe('give-up');
    expect(server.totalSends).toBe(0);
  });

  test('does not make a streamed answer go on elsewhere', async () => {
    const service = await fleet.process();
    for (const name of ['bad-credentials', 'quota', 'rate-limited', 'entitlement'] as const) {
      await service.signIn('one', imported(server.tokens));
      await service.signIn('two', imported({ access: 'at-canary-2', refresh: 'rt-canary-2' }));
      const session = service.begin(request);
      const token = await session.acquire(never);
      const refusal = { class: name, status: null, streamed: true } as const;
      expect(await session.refused(token, refusal, never)).toBe('give-up');
    }
    expect(server.totalSends).toBe(0);
  });
});

describe('a token that was minted just now', () => {
  const guard = { guardMs: 60_000, guardWaitsMs: [10, 20, 40] };

  test('is tried again before it is doubted, and then refreshed once', async () => {
    const service = await fleet.process({ timings: guard });
    await service.signIn('default', { ...imported(server.tokens), ageKnown: true });
    const session = service.begin(request);
    const token = await session.acquire(never);
    for (const _ of guard.guardWaitsMs) {
      expect(await session.refused(token, stale, never)).toBe('again');
      expect((await session.acquire(never)).generation).toBe(1);
    }
    expect(server.totalSends).toBe(0);
    expect(await session.refused(token, stale, never)).toBe('again');
    expect((await session.acquire(never)).generation).toBe(2);
    expect(server.totalSends).toBe(1);
  });

  test('has no guard when it was imported: its age is unknown', async () => {
    const service = await fleet.process({ timings: guard });
    await service.signIn('default', imported(server.tokens));
    const session = service.begin(request);
    const token = await session.acquire(never);
    expect(await session.refused(token, stale, never)).toBe('again');
    expect(server.totalSends).toBe(1);
  });
});

describe('an API that refuses every token', () => {
  test('gets one refresh from a request, and at most two in all before the loop is broken', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens));
    let apiSends = 0;
    for (let i = 0; i < 12; i += 1) {
      const session = service.begin({ ...request, prompt: `p${i}` });
      const token = await session.acquire(never).catch(() => null);
      if (token === null) break;
      apiSends += 1;
      let current = token;
      for (let sends = 1; (await session.refused(current, stale, never)) === 'again'; sends += 1) {
        expect(sends).toBeLessThan(3);
        apiSends += 1;
        current = await session.acquire(never);
      }
    }
    expect(server.totalSends).toBeLessThanOrEqual(2);
    expect(apiSends).toBeLessThanOrEqual(8);
    const [member] = await service.status();
    expect(member).toMatchObject({ state: 'quarantined', reason: 'auth-loop' });
    expect(fleet.of('auth-loop')).toHaveLength(1);
    expect(await service.gate()).not.toBeNull();
  });

  test('is not suspected when a token that served ends early, time after time', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens));
    for (let i = 0; i < 6; i += 1) {
      const session = service.begin({ ...request, prompt: `p${i}` });
      const token = await session.acquire(never);
      session.accepted(token);
      await until(async () => (await served()) === String(token.generation));
      server.expireAccess();
      expect(await session.refused(token, stale, never)).toBe('again');
    }
    expect(server.totalSends).toBe(6);
    expect((await service.status())[0]?.state).toBe('active');
  });

  async function served(): Promise<string | null> {
    const admin = await fleet.connect();
    const value = await admin.hget(`{${fleet.prefix}}:cred:default:rec`, 'ok_gen');
    admin.disconnect();
    return value;
  }
});

describe('a grant the server took away', () => {
  test('serves its living access token and no refresh; once that is refused it is out', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens, 3_600_000));
    const admin = await fleet.connect();
    await age(admin, fleet.prefix, 'default', 3_000_000);
    await service.reload();
    const refused = { kind: 'status', status: 400, body: '{"error":"invalid_grant"}' } as const;
    server.plan.push(refused);
    await service.refreshDue(never);
    expect((await service.status())[0]?.state).toBe('at-only');
    const session = service.begin(request);
    const token = await session.acquire(never);
    await service.refreshDue(never);
    expect(server.totalSends).toBe(1);
    expect(await session.refused(token, stale, never)).toBe('wait');
    expect((await service.status())[0]?.state).toBe('quarantined');
    expect(await service.gate()).not.toBeNull();
    await service.refreshDue(never);
    await expect(service.begin(request).acquire(never)).rejects.toMatchObject({
      code: 'CREDENTIAL_WAIT',
    });
    expect(server.totalSends).toBe(1);
  });

  test('is not believed gone when another process rotated meanwhile', async () => {
    const slow = await fleet.process();
    await slow.signIn('default', imported(server.tokens));
    const held = Promise.withResolvers<void>();
    server.hold = held.promise;
    server.plan.push({ kind: 'status', status: 400, body: '{"error":"invalid_grant"}' });
    const session = slow.begin(request);
    const token = await session.acquire(never);
    const arrived = server.arrival();
    const advice = session.refused(token, stale, never);
    await arrived;
    const other = await fleet.process();
    await other.signIn('default', imported({ access: 'at-canary-n', refresh: 'rt-canary-n' }));
    held.resolve();
    expect(await advice).toBe('again');
    expect((await session.acquire(never)).secret).toBe('at-canary-n');
    expect((await slow.status())[0]?.state).toBe('active');
  });
});

describe('a token endpoint in trouble', () => {
  const transient = [
    { kind: 'status', status: 429, body: '', headers: { 'retry-after': '100' } },
    { kind: 'status', status: 503, body: '{"error":"temporarily_unavailable"}' },
    { kind: 'status', status: 400, body: '{"error":{"message":"no"}}' },
    { kind: 'status', status: 403, body: '<html>' },
  ] as const;

  test.each(transient)(
    'answering $status $body is asked again later with the same token',
    async (bad) => {
      const service = await fleet.process({ timings: { retries: 0 } });
      await service.signIn('default', imported(server.tokens, 3_600_000));
      const admin = await fleet.connect();
      await age(admin, fleet.prefix, 'default', 3_000_000);
      await service.reload();
      server.plan.push(bad);
      await service.refreshDue(never);
      await service.refreshDue(never);
      expect(server.totalSends).toBe(1);
      expect((await service.status())[0]?.state).toBe('waiting');
      expect((await service.begin(request).acquire(never)).generation).toBe(1);
      await admin.hset(`{${fleet.prefix}}:cred:default:rec`, 'next_at', 0);
      await service.reload();
      const peer = await fleet.process();
      await peer.refreshDue(never);
      expect((await peer.status())[0]).toMatchObject({ state: 'active', generation: 2 });
      expect(server.reuses).toBe(0);
    },
  );

  const lost = [
    { kind: 'status', status: 500, body: 'oops' },
    { kind: 'status', status: 200, body: '{"nothing":1}' },
    { kind: 'status', status: 502, body: '<html>' },
    { kind: 'status', status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } },
  ] as const;

  test.each(lost)(
    'answering $status $body leaves it open what it did: nothing is sent again',
    async (bad) => {
      const service = await fleet.process();
      await service.signIn('default', imported(server.tokens, 3_600_000));
      const admin = await fleet.connect();
      await age(admin, fleet.prefix, 'default', 3_000_000);
      await service.reload();
      server.plan.push(bad);
      await service.refreshDue(never);
      await service.refreshDue(never);
      expect((await service.status())[0]?.state).toBe('ambiguous');
      expect(server.totalSends).toBe(1);
    },
  );

  test('that leaves out the refresh token keeps the old one in force', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens));
    const before = server.tokens.refresh;
    server.plan.push({ kind: 'ok', withoutRefreshToken: true });
    const session = service.begin(request);
    await session.refused(await session.acquire(never), stale, never);
    const next = service.begin({ ...request, prompt: 'p2' });
    const token = await next.acquire(never);
    expect(token.secret).toBe(server.tokens.access);
    await next.refused(token, stale, never);
    expect(server.form?.get('refresh_token')).toBe(before);
  });

  test('that cannot be reached spends nothing', async () => {
    const service = await fleet.process({ timings: { retries: 0 } });
    await service.signIn('default', imported(server.tokens));
    const session = service.begin(request);
    await session.refused(await session.acquire(never), stale, never);
    const second = service.begin({ ...request, prompt: 'p2' });
    const token = await second.acquire(never);
    await server[Symbol.asyncDispose]();
    expect(await second.refused(token, stale, never)).toBe('wait');
    expect((await service.status())[0]?.state).toBe('waiting');
    server = await TokenServer.start();
  });
});
