import { pino } from 'pino';
import { expect, it } from 'vitest';

import type { ProcessNote } from '../../src/redis/presence.ts';
import { Presence } from '../../src/roles/presence.ts';
import { FakeClock } from '../fake-clock.ts';

it('a platform that comes, goes and comes again is noted each time, and one that is still coming up has lost nothing', async () => {
  const noted: string[] = [];
  const told: ProcessNote[] = [];
  let state: ProcessNote['accounts'][number]['state'] = 'standby';
  const clock = new FakeClock();
  const presence = new Presence(
    { clock, log: pino({ level: 'silent' }) },
    {
      sides: 'bridge',
      accounts: () => [
        { platform: 'discord', account: 'discord-1', displayName: 'G', state, lastEventAtMs: null },
      ],
      presence: {
        tell: async (_id, note) => {
          told.push(note);
          return Promise.resolve();
        },
        leave: async () => Promise.resolve(),
      },
      incidents: { note: ({ what }) => noted.push(what) },
    },
  );
  for (const next of ['standby', 'down', 'up', 'up', 'down', 'up', 'standby', 'up'] as const) {
    state = next;
    await presence.look();
  }
  expect(noted).toEqual(['taken', 'disconnected', 'connected', 'given-up', 'taken']);
  // Told when something is new, and every five seconds.
  expect(told).toHaveLength(7);
  await clock.advance(4000);
  await presence.look();
  expect(told).toHaveLength(7);
  await clock.advance(1000);
  await presence.look();
  expect(told).toHaveLength(8);
});
