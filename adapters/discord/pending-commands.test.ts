import { pino } from 'pino';
import { expect, it } from 'vitest';

import type { Incoming } from '#port';

import { MemoryMemory } from '../../test/contracts/memory-memory.ts';
import { FakeClock } from '../../test/fake-clock.ts';
import { PendingCommands } from './pending-commands.ts';

const command: Incoming = {
  id: 'dc-i-1',
  conversation: '5',
  address: '{}',
  author: { id: 'discord:1', name: 'ann' },
  fromBot: false,
  isPrivate: false,
  isAddressed: true,
  places: [],
  text: '/ask x',
};
const log = pino({ level: 'silent' });

it('commands left by an earlier process are found, whatever else lies there; of a newer one they stay', async () => {
  const memory = new MemoryMemory();
  const pending = new PendingCommands({ memory, clock: new FakeClock(), log });
  await pending.note(command);
  const old = { ...command, id: 'dc-i-0' };
  await memory.set('command.dc-i-0', JSON.stringify(old));
  await memory.set('command.broken', '{');
  await memory.set('command.newer', JSON.stringify({ v: 2, ...command }));
  await memory.set('webhook', 'no command');
  const left = await pending.left();
  expect(left.map(({ id }) => id).toSorted()).toEqual(['dc-i-0', 'dc-i-1']);
  expect(left).toContainEqual(command);
  expect((await memory.entries()).length).toBe(5);
});
