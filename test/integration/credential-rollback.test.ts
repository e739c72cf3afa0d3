import type { Redis } from 'ioredis';
import { beforeEach, describe, expect, test } from 'vitest';

import { sealTokens } from '../../src/credentials/minted.ts';
import { timings } from '../../src/credentials/timings.ts';
import { TestRedis } from '../redis-server.ts';
import { deploymentForEach } from './credential-deployment.ts';
import { Fleet, imported, never, request, scriptsOf, stale, until } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let server: TokenServer;
let fleet: Fleet;
let admin: Redis;
deploymentForEach(TokenServer, (made) => {
  ({ server, fleet } = made);
});
beforeEach(async () => {
  admin = await fleet.connect();
});

const key = (part: string) => `{${fleet.prefix}}:cred:default:${part}`;
/** Nothing happens in such a process but what a test asks for. */
const idle = { antiEntropyMs: 60_000, spillScanMs: 60_000, restoreHoldMs: 500 };

/** What Redis holds of the sign-in now; the returned call puts it back, as an older file would. */
async function snapshot(): Promise<() => Promise<void>> {
  const parts = ['rec', 'intent', 'budget'];
  const then = await Promise.all(parts.map(async (part) => admin.hgetall(key(part))));
  return async () => {
    const all = admin.multi().del(key('lease'));
    for (const [at, part] of parts.entries()) {
      all.del(key(part));
      const fields = then[at] ?? {};
      if (Object.keys(fields).length > 0) all.hset(key(part), fields);
    }
    await all.exec();
  };
}

/** A connection that tells each script's first word. */
async function heard(words: string[]): Promise<Redis> {
  return scriptsOf(await fleet.connect(), async (run) => {
    const reply = await run();
    if (Array.isArray(reply)) words.push(String(reply[0]));
    return reply;
  });
}

/** Two processes at generation 2, the first of which has sent its token and has no answer yet. */
async function midExchange() {
  const words: string[] = [];
  const owner = await fleet.process({ redis: await heard(words), timings: idle });
  await owner.signIn('default', imported(server.tokens));
  const peer = await fleet.process({ timings: idle });
  const back = await snapshot();
  await fleet.processRefresh(owner);
  await peer.reload();
  const held = Promise.withResolvers<void>();
  server.hold = held.promise;
  const arrived = server.arrival();
  const session = owner.begin(request);
  const advice = session.refused(await session.acquire(never), stale, never);
  await arrived;
  return { owner, peer, words, back, advice, release: held.resolve };
}

describe('a Redis that lost generations while a refresh is under way', () => {
  test('is told of that refresh again, so that no peer sends the same token', async () => {
    const { peer, words, back, advice, release } = await midExchange();
    await back();
    words.length = 0;
    await until(() => words.some((word) => word === 'LOST' || word === 'BEHIND'));
    await peer.reload();
    expect(await admin.hget(key('rec'), 'gen')).toBe('2');
    // Until its hold is over the record that was put back is refreshed by nobody.
    await until(async () => Number(await admin.hget(key('rec'), 'next_at')) < Date.now());
    const second = peer.begin(request);
    const asked = second.refused(await second.acquire(never), stale, never);
    await until(() => peer.waiting > 0 || server.totalSends > 2);
    expect(server.totalSends).toBe(2);
    release();
    expect([await advice, await asked]).toEqual(['again', 'again']);
    expect(Math.max(...server.sends.values())).toBe(1);
    expect(server.reuses).toBe(0);
  });

  test('gets the answer all the same', async () => {
    const { owner, peer, back, advice, release } = await midExchange();
    await back();
    release();
    expect(await advice).toBe('again');
    expect(fleet.of('stale-commit')).toEqual([]);
    expect((await owner.status())[0]).toMatchObject({ state: 'active', generation: 3 });
    await peer.reload();
    expect((await peer.begin(request).acquire(never)).secret).toBe(server.tokens.access);
    expect(Math.max(...server.sends.values())).toBe(1);
  });

  test('and whose answer is lost has it noted all the same', async () => {
    const { owner, peer, advice, release } = await midExchange();
    server.plan.push({ kind: 'lost-after' });
    await admin.del(key('intent'), key('lease'));
    release();
    server.dropAll();
    await advice;
    expect(await admin.hget(key('intent'), 'phase')).toBe('sent');
    await fleet.processRefresh(peer);
    await fleet.processRefresh(owner);
    expect(server.totalSends).toBe(2);
  });
});

test('that a token was sent is written again where Redis forgot just that', async () => {
  const { advice, release } = await midExchange();
  await admin.hset(key('intent'), { phase: 'prepared', sent_at: 0 });
  await until(async () => (await admin.hget(key('intent'), 'phase')) === 'sent');
  release();
  expect(await advice).toBe('again');
});

test('a peer that has yet to send gives way to an owner whose sending Redis forgot', async () => {
  const { advice, release } = await midExchange();
  await admin.hset(key('intent'), { attempt: 'of-a-peer', phase: 'prepared', resends: 0 });
  await admin.set(key('lease'), 'of-a-peer');
  await until(async () => (await admin.hget(key('intent'), 'attempt')) !== 'of-a-peer');
  expect(await admin.hget(key('intent'), 'phase')).toBe('sent');
  release();
  expect(await advice).toBe('again');
});

test('a sign-in that was disabled when its answer was lost is not sent again once it is enabled', async () => {
  const owner = await fleet.process({ timings: idle });
  await owner.signIn('default', imported(server.tokens));
  const held = Promise.withResolvers<void>();
  server.hold = held.promise;
  server.plan.push({ kind: 'lost-after' });
  const arrived = server.arrival();
  const session = owner.begin(request);
  const advice = session.refused(await session.acquire(never), stale, never);
  await arrived;
  const tool = await fleet.process({ tool: true });
  await tool.disable('default');
  held.resolve();
  await advice;
  await tool.enable('default');
  await fleet.processRefresh(owner);
  expect((await owner.status())[0]?.state).toBe('ambiguous');
  expect(server.totalSends).toBe(1);
});

test('tokens that another process committed in place of the own are the ones that are served', async () => {
  let away = false;
  const redis = scriptsOf(await fleet.connect(), async (run) => {
    if (away) throw new Error('away');
    return run();
  });
  const owner = await fleet.process({ redis, timings: { ...idle, renewMs: 130 } });
  await owner.signIn('default', imported(server.tokens));
  const held = Promise.withResolvers<void>();
  server.hold = held.promise;
  const arrived = server.arrival();
  const session = owner.begin(request);
  const advice = session.refused(await session.acquire(never), stale, never);
  await arrived;
  away = true;
  held.resolve();
  await until(() => fleet.of('commit-delayed').length > 0);
  const slot = { name: 'default', epoch: 1, generation: 2 };
  const other = {
    accessToken: 'at-of-a-peer',
    refreshToken: 'rt-of-a-peer',
    lifeMs: 3_600_000,
    scope: '',
    team: '',
    lifeDoubtful: false,
  };
  const times = { issuedAtMs: Date.now(), ageKnown: true };
  await admin.hset(key('rec'), {
    ...sealTokens(fleet.ring, slot, other, times, timings()),
    gen: 2,
    last_attempt: 'of-a-peer',
  });
  away = false;
  await advice;
  await owner.reload();
  expect((await owner.begin(request).acquire(never)).secret).toBe('at-of-a-peer');
});

test('a process that starts on a Redis that was just restarted waits until its peers have told what they know', async () => {
  await using own = await TestRedis.start();
  await using alone = await Fleet.make(own.url, server.issuer);
  const first = await alone.process();
  await first.signIn('default', imported(server.tokens));
  await own.restart();
  const late = await alone.process({ timings: { reconnectHoldMs: 60_000 } });
  await alone.processRefresh(late);
  expect(server.totalSends).toBe(0);
  // A restart that is long past holds nobody.
  const later = await alone.process({ timings: { reconnectHoldMs: 101 } });
  await until(async () => {
    await alone.processRefresh(later);
    return server.totalSends === 1;
  });
});

describe.each(['before it was asked for', 'after it was given'])(
  'leave to send when the connection was lost %s',
  (when) => {
    test('is not used', async () => {
      const connection = await fleet.connect();
      const lose = () => {
        connection.emit('close');
        connection.emit('ready');
      };
      const early = when.startsWith('before');
      const redis = scriptsOf(connection, async (run) => {
        const reply = await run();
        // As when the command was sent again to a Redis that came back with older data.
        if (!early && Array.isArray(reply) && reply[0] === 'WON') lose();
        return reply;
      });
      const service = await fleet.process({ redis, timings: { ...idle, reconnectHoldMs: 101 } });
      await service.signIn('default', imported(server.tokens));
      await admin.hset(key('rec'), 'due_ms', 1);
      await service.reload();
      const run = service.refreshDue(never);
      if (early) lose();
      await run;
      expect(server.totalSends).toBe(0);
      expect(fleet.of('refresh-failed')).toMatchObject([{ class: 'not-sent' }]);
    });
  },
);
