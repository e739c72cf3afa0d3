import { describe, expect, it } from 'vitest';

import { readAddress, writeAddress } from './address.ts';
import { messageNonce } from './nonce.ts';
import { commandSchema } from './payloads.ts';
import { Seal } from './seal.ts';
import { incomingCommand } from './slash-command.ts';

const command = commandSchema.parse({
  id: '100',
  application_id: '9',
  type: 2,
  token: 'a very secret token',
  channel_id: '5',
  channel: { type: 11, parent_id: '4' },
  guild_id: '6',
  locale: 'de',
  member: { user: { id: '1', username: 'ann' }, roles: ['7'] },
  data: { type: 1, name: 'ask', options: [{ name: 'prompt', value: 'why?' }] },
});

describe('an address', () => {
  it('comes back as it was written; anything else is none', () => {
    const address = { kind: 'message', channel: '5', message: '100' } as const;
    expect(readAddress(writeAddress(address))).toEqual(address);
    for (const text of ['', '{', 'null', '{"kind":"message","channel":5}', '{"kind":"x"}']) {
      expect(readAddress(text)).toBeUndefined();
    }
  });

  it('of a command hides the token from all but the same bot', () => {
    const incoming = incomingCommand(command, new Seal('bot token'), 1_000);
    expect(JSON.stringify(incoming)).not.toContain('secret');
    const address = readAddress(incoming?.address ?? '');
    if (address?.kind !== 'interaction') throw new Error('no interaction');
    expect(address.expiresAtMs).toBeGreaterThan(1_000 + 14 * 60_000);
    expect(address.expiresAtMs).toBeLessThan(1_000 + 15 * 60_000);
    const { sealed } = address;
    expect(new Seal('bot token').open(sealed, '100')).toBe('a very secret token');
    expect(new Seal('other token').open(sealed, '100')).toBeUndefined();
    expect(new Seal('bot token').open(sealed, '101')).toBeUndefined();
    expect(new Seal('bot token').open('', '100')).toBeUndefined();
  });
});

it('a command becomes text, with the place and language of its giver', () => {
  expect(incomingCommand(command, new Seal('bot token'), 0)).toMatchObject({
    id: 'dc-i-100',
    conversation: '5',
    author: { id: 'discord:1', name: 'ann', locale: 'de' },
    places: ['discord:guild:6', 'discord:channel:5', 'discord:channel:4', 'discord:role:7'],
    text: '/ask why?',
    isAddressed: true,
    isPrivate: false,
  });
});

it('a nonce is short, the same for the same and another for another', () => {
  const long = 'dc-123456789012345678901234567890:0';
  expect(messageNonce(long)).toBe(messageNonce(long));
  expect(messageNonce(long).length).toBeLessThanOrEqual(25);
  expect(messageNonce(long)).not.toBe(messageNonce(`${long}1`));
  expect(messageNonce(long)).not.toBe(messageNonce(long, 1));
});
