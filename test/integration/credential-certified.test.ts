import { describe, expect, test } from 'vitest';

import { CertifiedServer } from './credential-certified-server.ts';
import { deploymentForEach } from './credential-deployment.ts';
import { type Fleet, age, imported, never, request, stale, until } from './credential-model.ts';

let server: CertifiedServer;
let fleet: Fleet;
deploymentForEach(CertifiedServer, (made) => {
  ({ server, fleet } = made);
});

describe('with a certified authorization server that rotates and revokes', () => {
  test('a fleet spends each refresh token once, generation after generation', async () => {
    const processes = await Promise.all(
      [1, 2, 3, 4].map(async () => fleet.process({ clientId: server.clientId })),
    );
    await processes[0]?.signIn('default', imported(await server.signIn()));
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
      expect(await server.accepts(token.secret)).toBe(true);
      session?.accepted(token);
      const admin = await fleet.connect();
      await until(
        async () =>
          (await admin.hget(`{${fleet.prefix}}:cred:default:rec`, 'ok_gen')) ===
          String(generation + 1),
      );
    }
    expect(server.seen).toEqual({ refreshes: 5, revoked: 0 });
  });

  test('a lost answer is not followed by a second send while the access token lives', async () => {
    const service = await fleet.process({ clientId: server.clientId });
    await service.signIn('default', imported(await server.signIn(), 3_600_000));
    const { secret } = await service.begin(request).acquire(never);
    server.faults.inject({ match: '/token', fault: { kind: 'drop-after' } });
    await fleet.processRefresh(service);
    await fleet.processRefresh(service);
    expect((await service.status())[0]?.state).toBe('ambiguous');
    expect((await service.begin(request).acquire(never)).secret).toBe(secret);
    expect(server.seen).toEqual({ refreshes: 1, revoked: 0 });
    // At its end there is one re-send; this server had rotated and takes the family away.
    await age(await fleet.connect(), fleet.prefix, 'default', 4_000_000);
    await service.reload();
    await until(async () => {
      await service.refreshDue(never);
      return (await service.status())[0]?.state === 'quarantined';
    });
    expect(server.seen).toEqual({ refreshes: 2, revoked: 1 });
    await service.signIn('default', imported(await server.signIn()));
    expect(await service.gate()).toBeNull();
  });

  test('a refusal of a token that a peer has replaced meanwhile is no verdict', async () => {
    const deaf = {
      clientId: server.clientId,
      subscriber: null,
      timings: { antiEntropyMs: 60_000 },
    };
    const one = await fleet.process(deaf);
    await one.signIn('default', imported(await server.signIn()));
    const two = await fleet.process(deaf);
    const first = one.begin(request);
    await first.refused(await first.acquire(never), stale, never);
    const second = two.begin(request);
    expect(await second.refused(await second.acquire(never), stale, never)).toBe('again');
    expect((await two.status())[0]?.state).toBe('active');
    expect(server.seen).toEqual({ refreshes: 1, revoked: 0 });
  });

  test('that refuses a token for good after a peer has signed in anew is not believed', async () => {
    const slow = await fleet.process({ clientId: server.clientId });
    await slow.signIn('default', imported(await server.signIn()));
    const peer = await fleet.process({ clientId: server.clientId });
    server.faults.inject({ match: '/token', fault: { kind: 'hang', ms: 300 } });
    const session = slow.begin(request);
    const advice = session.refused(await session.acquire(never), stale, never);
    await until(() => server.seen.refreshes === 1);
    await server.revokeGrants();
    const fresh = await server.signIn();
    await peer.signIn('default', imported(fresh));
    expect(await advice).toBe('again');
    expect((await session.acquire(never)).secret).toBe(fresh.access);
    await slow[Symbol.asyncDispose]();
    expect(server.refusals).toEqual(['invalid_grant']);
    expect((await peer.status())[0]).toMatchObject({ state: 'active', epoch: 2, generation: 1 });
  });
});
