import { once } from 'node:events';
import { type Server, createServer } from 'node:http';

import { Provider } from 'oidc-provider';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { TestRedis, freePort } from '../redis-server.ts';
import { Fleet, age, imported, never, request, stale, until } from './credential-model.ts';

const scope = 'openid offline_access';
let redis: TestRedis;
let http: Server;
let provider: Provider;
let fleet: Fleet;
/** What the certified server saw, and whether its next answer is cut off after it was decided. */
let seen = { refreshes: 0, revoked: 0, cut: 0 };

beforeEach(async () => {
  redis = await TestRedis.start();
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'bridge',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: ['http://127.0.0.1/callback'],
        application_type: 'native',
      },
    ],
    rotateRefreshToken: true,
    features: { devInteractions: { enabled: false } },
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    ttl: { AccessToken: 3600, RefreshToken: 86_400, Grant: 86_400 },
  });
  seen = { refreshes: 0, revoked: 0, cut: 0 };
  provider.on('grant.revoked', () => {
    seen.revoked += 1;
  });
  const serve = provider.callback();
  http = createServer((incoming, response) => {
    if (incoming.method === 'POST') seen.refreshes += 1;
    if (incoming.method === 'POST' && seen.cut > 0) {
      seen.cut -= 1;
      response.end = () => {
        incoming.socket.destroy();
        return response;
      };
    }
    serve(incoming, response);
  });
  http.listen(port, '127.0.0.1');
  await once(http, 'listening');
  fleet = await Fleet.make(redis.url, issuer);
});
afterEach(async () => {
  await fleet[Symbol.asyncDispose]();
  http.closeAllConnections();
  http.close();
  await redis[Symbol.asyncDispose]();
});

async function tokens(): Promise<{ access: string; refresh: string }> {
  const client = await provider.Client.find('bridge');
  const grant = new provider.Grant({ accountId: 'owner', clientId: 'bridge' });
  grant.addOIDCScope(scope);
  const grantId = await grant.save();
  const of = { accountId: 'owner', client, grantId, scope, gty: 'authorization_code' };
  return {
    access: await new provider.AccessToken(of).save(),
    refresh: await new provider.RefreshToken(of).save(),
  };
}

describe('with a certified authorization server that rotates and revokes', () => {
  test('a fleet spends each refresh token once, generation after generation', async () => {
    const processes = await Promise.all(
      [1, 2, 3, 4].map(async () => fleet.process({ clientId: 'bridge' })),
    );
    await processes[0]?.signIn('default', imported(await tokens()));
    await Promise.all(processes.map(async (service) => service.reload()));
    for (let generation = 1; generation <= 5; generation += 1) {
      const sessions = processes.flatMap((service) =>
        Array.from({ length: 25 }, (_, i) => service.begin({ ...request, prompt: `p${i}` })),
      );
      const advice = sessions.map(async (session) => {
        const token = await session.acquire(never);
        expect(token.generation).toBe(generation);
        return session.refused(token, stale, never);
      });
      expect(new Set(await Promise.all(advice))).toEqual(new Set(['again']));
      const session = processes[0]?.begin(request);
      const token = await session?.acquire(never);
      if (token === undefined) throw new Error('no token');
      expect(await provider.AccessToken.find(token.secret)).toBeDefined();
      session?.accepted(token);
      const admin = await fleet.connect();
      await until(
        async () =>
          (await admin.hget(`{${fleet.prefix}}:cred:default:rec`, 'ok_gen')) ===
          String(generation + 1),
      );
    }
    expect(seen).toEqual({ refreshes: 5, revoked: 0, cut: 0 });
  });

  test('a lost answer is not followed by a second send while the access token lives', async () => {
    const service = await fleet.process({ clientId: 'bridge' });
    await service.signIn('default', imported(await tokens(), 3_600_000));
    const { secret } = await service.begin(request).acquire(never);
    seen.cut = 1;
    await fleet.processRefresh(service);
    await fleet.processRefresh(service);
    expect((await service.status())[0]?.state).toBe('ambiguous');
    expect((await service.begin(request).acquire(never)).secret).toBe(secret);
    expect(seen).toEqual({ refreshes: 1, revoked: 0, cut: 0 });
    // At its end there is one re-send; this server had rotated and takes the family away.
    await age(await fleet.connect(), fleet.prefix, 'default', 4_000_000);
    await service.reload();
    await until(async () => {
      await service.refreshDue(never);
      return (await service.status())[0]?.state === 'quarantined';
    });
    expect(seen).toEqual({ refreshes: 2, revoked: 1, cut: 0 });
    await service.signIn('default', imported(await tokens()));
    expect(await service.gate()).toBeNull();
  });

  test('a refusal of a token that a peer has replaced meanwhile is no verdict', async () => {
    const deaf = { clientId: 'bridge', subscriber: null, timings: { antiEntropyMs: 60_000 } };
    const one = await fleet.process(deaf);
    await one.signIn('default', imported(await tokens()));
    const two = await fleet.process(deaf);
    const first = one.begin(request);
    await first.refused(await first.acquire(never), stale, never);
    const second = two.begin(request);
    expect(await second.refused(await second.acquire(never), stale, never)).toBe('again');
    expect((await two.status())[0]?.state).toBe('active');
    expect(seen).toEqual({ refreshes: 1, revoked: 0, cut: 0 });
  });
});
