import { expect, test } from 'vitest';

import { systemClock } from '../../src/clock.ts';
import { deploymentForEach } from './credential-deployment.ts';
import { type Fleet, imported, scriptsOf } from './credential-model.ts';
import { TokenServer } from './credential-server.ts';

let server: TokenServer;
let fleet: Fleet;
deploymentForEach(TokenServer, (made) => {
  ({ server, fleet } = made);
});

test('a process that stood still before it read that its intent was written asks again before it sends', async () => {
  const admin = await fleet.connect();
  const intent = `{${fleet.prefix}}:cred:default:intent`;
  const connection = await fleet.connect();
  let pausedMs = 0;
  const paused = scriptsOf(connection, async (run) => {
    const reply = await run();
    if (!Array.isArray(reply) || reply[0] !== 'SENT') return reply;
    // While it stands still, somebody else claims the one re-send.
    pausedMs += 120_000;
    await admin.hset(intent, { attempt: 'of-another', resends: 1 });
    return reply;
  });
  const service = await fleet.process({
    redis: paused,
    clock: {
      ...systemClock,
      now: () => systemClock.now() + pausedMs,
      monotonic: () => systemClock.monotonic() + pausedMs,
    },
  });
  await service.signIn('default', imported(server.tokens));
  await fleet.processRefresh(service);
  expect(pausedMs).toBe(120_000);
  expect(server.totalSends).toBe(0);
  expect(await admin.hget(intent, 'attempt')).toBe('of-another');
});
