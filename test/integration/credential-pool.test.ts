import { describe, expect, test } from 'vitest';

import { TestRedis } from '../redis-server.ts';
import { deploymentForEach } from './credential-deployment.ts';
import { Fleet, age, imported, never, request, stale, until } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let server: TokenServer;
let fleet: Fleet;
deploymentForEach(TokenServer, (made) => {
  ({ server, fleet } = made);
});

const quota = { class: 'quota', status: 403, streamed: false } as const;
const other = (n: number) => imported({ access: `at-canary-${n}`, refresh: `rt-canary-${n}` });

describe('an API key', () => {
  test('serves when no sign-in can, and gives way to one that can', async () => {
    const service = await fleet.process({ apiKey: 'xai-key' });
    const key = await service.begin(request).acquire(never);
    expect(key).toMatchObject({ secret: 'xai-key', credential: 'api-key', generation: 0 });
    expect(await service.gate()).toBeNull();
    await service.signIn('default', imported(server.tokens));
    expect((await service.begin(request).acquire(never)).credential).toBe('default');
    await service.disable('default');
    expect((await service.begin(request).acquire(never)).credential).toBe('api-key');
  });

  test('is never refreshed: refused, it is out and the gate closes', async () => {
    const service = await fleet.process({ apiKey: 'xai-key' });
    const session = service.begin(request);
    const token = await session.acquire(never);
    const refusal = { class: 'invalid-api-key', status: 400, streamed: false } as const;
    expect(await session.refused(token, refusal, never)).toBe('wait');
    expect(await service.gate()).toMatchObject({ reason: 'invalid-api-key' });
    await expect(service.begin(request).acquire(never)).rejects.toMatchObject({
      code: 'CREDENTIAL_WAIT',
    });
    const replaced = await fleet.process({ apiKey: 'xai-another' });
    expect(await replaced.gate()).toBeNull();
    expect((await replaced.begin(request).acquire(never)).secret).toBe('xai-another');
    expect(server.totalSends).toBe(0);
  });
});

describe('several sign-ins', () => {
  test('keep a conversation with one of them and spread the conversations', async () => {
    const service = await fleet.process();
    for (const n of [1, 2, 3]) await service.signIn(`n${n}`, other(n));
    const used = new Set<string>();
    for (let i = 0; i < 40; i += 1) {
      const ask = { ...request, conversation: `c${i}` };
      const first = await service.begin(ask).acquire(never);
      const second = await service.begin(ask).acquire(never);
      expect(second.credential).toBe(first.credential);
      used.add(first.credential);
    }
    expect(used.size).toBe(3);
  });

  test.each(['quota', 'entitlement', 'rate-limited', 'bad-credentials'] as const)(
    'stand in for one another after %s, each once for a request',
    async (name) => {
      const service = await fleet.process();
      for (const n of [1, 2]) await service.signIn(`n${n}`, other(n));
      server.plan.push({ kind: 'status', status: 400, body: '{"error":"invalid_grant"}' });
      server.plan.push({ kind: 'status', status: 400, body: '{"error":"invalid_grant"}' });
      const session = service.begin(request);
      const refusal = { class: name, status: 403, streamed: false } as const;
      const first = await session.acquire(never);
      expect(await session.refused(first, refusal, never)).toBe('again');
      const second = await session.acquire(never);
      expect(second.credential).not.toBe(first.credential);
      const last = name === 'bad-credentials' ? 'wait' : 'give-up';
      expect(await session.refused(second, refusal, never)).toBe(last);
    },
  );

  test('of one team cool down together when its rate limit is met', async () => {
    const service = await fleet.process({ timings: { callerMs: 100 } });
    await service.signIn('n1', { ...other(1), team: 't1' });
    await service.signIn('n2', { ...other(2), team: 't1' });
    const session = service.begin(request);
    const refusal = {
      class: 'rate-limited',
      status: 429,
      streamed: false,
      retryAfterMs: 60_000,
    } as const;
    expect(await session.refused(await session.acquire(never), refusal, never)).toBe('give-up');
    await expect(service.begin(request).acquire(never)).rejects.toMatchObject({
      code: 'CREDENTIAL_WAIT',
    });
    expect(await service.gate()).toBeNull();
    await service.signIn('n3', { ...other(3), team: 't2' });
    expect((await service.begin(request).acquire(never)).credential).toBe('n3');
  });

  test('are passed over by peers, too, while one is benched', async () => {
    const one = await fleet.process();
    for (const n of [1, 2]) await one.signIn(`n${n}`, other(n));
    const two = await fleet.process();
    const session = one.begin(request);
    const first = await session.acquire(never);
    await session.refused(first, quota, never);
    await until(
      async () => (await two.begin(request).acquire(never)).credential !== first.credential,
    );
  });

  test('a model one may not use is still tried when nobody else can', async () => {
    const service = await fleet.process();
    await service.signIn('n1', other(1));
    const refusal = { class: 'entitlement', status: 403, streamed: false } as const;
    const session = service.begin(request);
    expect(await session.refused(await session.acquire(never), refusal, never)).toBe('give-up');
    expect((await service.begin(request).acquire(never)).credential).toBe('n1');
    await service.signIn('n2', other(2));
    expect((await service.begin(request).acquire(never)).credential).toBe('n2');
  });
});

describe('the gate', () => {
  test('is closed at the start without any credential, and opened by a sign-in', async () => {
    const service = await fleet.process();
    expect(await service.gate()).toMatchObject({ reason: 'no-credential', state: 'none' });
    const incident = (await service.gate())?.incident;
    expect(await service.closeGate('again')).toBe(true);
    expect((await service.gate())?.incident).toBe(incident);
    await service.signIn('default', imported(server.tokens));
    expect(await service.gate()).toBeNull();
    expect(await service.closeGate('no reason')).toBe(false);
  });

  test('opens again by itself when the bench of the only member ends', async () => {
    const service = await fleet.process({ timings: { callerMs: 10, onlyMemberQuotaMs: 300 } });
    await service.signIn('default', imported(server.tokens));
    const session = service.begin(request);
    expect(await session.refused(await session.acquire(never), quota, never)).toBe('give-up');
    await expect(service.begin(request).acquire(never)).rejects.toMatchObject({
      code: 'CREDENTIAL_WAIT',
    });
    expect(await service.gate()).not.toBeNull();
    expect(await service.recheckGate()).toBe(true);
    await until(async () => !(await service.recheckGate()));
    expect((await service.begin(request).acquire(never)).credential).toBe('default');
  });

  test('is cleared by an enabled member and by a commit', async () => {
    const service = await fleet.process();
    await service.signIn('default', imported(server.tokens, 3_600_000));
    await service.disable('default');
    expect(await service.closeGate('disabled')).toBe(true);
    await service.enable('default');
    expect(await service.gate()).toBeNull();
    const admin = await fleet.connect();
    await age(admin, fleet.prefix, 'default', 4_000_000);
    await admin.hset(`{${fleet.prefix}}:cred:default:rec`, 'next_at', Date.now() + 60_000);
    expect(await service.closeGate('backoff')).toBe(true);
    await admin.hset(`{${fleet.prefix}}:cred:default:rec`, 'next_at', 0);
    await service.reload();
    await service.refreshDue(never);
    expect(await service.gate()).toBeNull();
  });
});

describe('without Redis', () => {
  test('the held token goes on serving and nothing is refreshed', async () => {
    const own = await TestRedis.start();
    const alone = await Fleet.make(own.url, server.issuer);
    try {
      const service = await alone.process({ timings: { storeMs: 200, callerMs: 400 } });
      await service.signIn('default', imported(server.tokens));
      const session = service.begin(request);
      const token = await session.acquire(never);
      await own.kill();
      expect(await session.acquire(never)).toBe(token);
      expect(await session.refused(token, stale, never)).toBe('wait');
      await service.refreshDue(never);
      expect(server.totalSends).toBe(0);
      await own.restart();
      await until(async () => {
        const again = service.begin(request);
        return (await again.refused(token, stale, never)) === 'again';
      });
      expect(server.totalSends).toBe(1);
    } finally {
      await alone[Symbol.asyncDispose]();
      await own[Symbol.asyncDispose]();
    }
  });

  test('an answer that comes meanwhile is served at once and committed later', async () => {
    const own = await TestRedis.start();
    const alone = await Fleet.make(own.url, server.issuer);
    try {
      const service = await alone.process({ timings: { storeMs: 200 } });
      await service.signIn('default', imported(server.tokens));
      const held = Promise.withResolvers<void>();
      server.hold = held.promise;
      const session = service.begin(request);
      const token = await session.acquire(never);
      const arrived = server.arrival();
      const advice = session.refused(token, stale, never);
      await arrived;
      await own.kill();
      held.resolve();
      await until(() => alone.of('commit-delayed').length > 0);
      expect(server.accepts((await service.begin(request).acquire(never)).secret)).toBe(true);
      await own.restart();
      expect(await advice).toBe('again');
      expect((await service.status())[0]).toMatchObject({ state: 'active', generation: 2 });
      expect(server.totalSends).toBe(1);
    } finally {
      await alone[Symbol.asyncDispose]();
      await own[Symbol.asyncDispose]();
    }
  });
});

describe('a Redis that comes back with an older generation', () => {
  test('is repaired from what a process holds, and the spent token is not sent', async () => {
    const service = await fleet.process({ timings: { antiEntropyMs: 60_000 } });
    await service.signIn('default', imported(server.tokens));
    const admin = await fleet.connect();
    const key = `{${fleet.prefix}}:cred:default:rec`;
    const old = await admin.hgetall(key);
    const session = service.begin(request);
    await session.refused(await session.acquire(never), stale, never);
    const newest = await admin.hgetall(key);
    await admin.del(key);
    await admin.hset(key, old);
    const token = await service.begin(request).acquire(never);
    await service.reload();
    expect(fleet.of('rollback')).toHaveLength(1);
    expect(await admin.hget(key, 'gen')).toBe(newest['gen']);
    expect(await admin.hget(key, 'at_ct')).toBe(newest['at_ct']);
    expect(server.accepts(token.secret)).toBe(true);
    expect(server.totalSends).toBe(1);
  });

  test('is not refreshed by a process that knows better, whoever notices first', async () => {
    const service = await fleet.process({ timings: { antiEntropyMs: 60_000 } });
    await service.signIn('default', imported(server.tokens));
    const admin = await fleet.connect();
    const key = `{${fleet.prefix}}:cred:default:rec`;
    const old = await admin.hgetall(key);
    const session = service.begin(request);
    await session.refused(await session.acquire(never), stale, never);
    await admin.del(key);
    await admin.hset(key, old);
    const next = service.begin(request);
    expect(await next.refused(await next.acquire(never), stale, never)).toBe('wait');
    expect(server.totalSends).toBe(1);
    expect(server.reuses).toBe(0);
    // What was put back is held for a moment, for owners to say what they have sent.
    await until(async () => {
      const later = service.begin(request);
      return (await later.refused(await later.acquire(never), stale, never)) === 'again';
    });
    expect(server.totalSends).toBe(2);
    expect(server.reuses).toBe(0);
  });
});
