import { describe, expect, it } from 'vitest';

import { incomingMessage } from './message.ts';
import { messageSchema } from './payloads.ts';
import type { Surroundings } from './readable.ts';

const around: Surroundings = {
  botId: '9',
  botRole: '90',
  parent: undefined,
  roleName: (id) => (id === '91' ? 'helpers' : undefined),
  channelName: (id) => (id === '5' ? 'talk' : undefined),
};

function incoming(more: Record<string, unknown>, place: Partial<Surroundings> = {}) {
  const message = messageSchema.parse({
    id: '100',
    channel_id: '5',
    guild_id: '6',
    type: 0,
    author: { id: '1', username: 'ann', global_name: 'Ann' },
    content: 'hello',
    ...more,
  });
  return incomingMessage(message, { ...around, ...place });
}

const bot = { id: '9', username: 'grok', bot: true };

describe('what is passed on', () => {
  const attachments = [{ filename: 'a.png', url: 'https://cdn.discordapp.com/a.png' }];
  const copy = { content: '/reset <#5>', attachments };
  const forward = { message_reference: { type: 1 }, message_snapshots: [{ message: copy }] };

  it('is not its author’s own word, and its files come with it', () => {
    expect(incoming({ content: '', guild_id: undefined, ...forward })).toMatchObject({
      text: '',
      forwarded: [{ text: '/reset #talk' }],
      part: { kind: 'forward' },
      files: [{ name: 'a.png' }],
    });
  });

  it('is quoted by who replies to it', () => {
    const referenced = { author: { id: '2', username: 'eve' }, content: '', ...forward };
    const reply = incoming({ type: 19, content: 'True?', referenced_message: referenced });
    expect(reply).toMatchObject({ text: 'True?', quoted: '/reset #talk' });
  });
});

describe('a message', () => {
  it('keeps its ids, its author and its place', () => {
    const member = { nick: 'Annie', roles: ['7', '8'] };
    expect(incoming({ member }, { parent: '4' })).toEqual({
      id: 'dc-100',
      conversation: '5',
      address: '{"kind":"message","channel":"5","message":"100"}',
      author: { id: 'discord:1', name: 'Annie' },
      fromBot: false,
      isPrivate: false,
      isAddressed: false,
      places: [
        'discord:guild:6',
        'discord:channel:5',
        'discord:channel:4',
        'discord:role:7',
        'discord:role:8',
      ],
      text: 'hello',
    });
  });

  it.each([
    ['a DM', { guild_id: undefined }, true],
    ['a mention', { mentions: [bot] }, true],
    ['a mention of the bot’s own role', { mention_roles: ['90'] }, true],
    ['a mention of another role', { mention_roles: ['91'] }, false],
    ['a mention of everyone', { mention_everyone: true }, false],
    ['a reply to the bot', { type: 19, referenced_message: { author: bot, content: 'x' } }, true],
    ['a reply whose message is gone', { type: 19, referenced_message: null }, false],
  ])('by %s is addressed: %j → %s', (_, more, addressed) => {
    expect(incoming(more)?.isAddressed).toBe(addressed);
  });

  it('loses the bot’s mention and keeps others readable', () => {
    const mentions = [bot, { id: '2', username: 'bob', member: { nick: 'Bobby', roles: [] } }];
    const content = '<@9> ask <@!2> of <@&91> in <#5> <a:wave:123> <@3>, <@&90>please';
    expect(incoming({ mentions, content })?.text).toBe(
      'ask @Bobby of @helpers in #talk :wave: @someone,please',
    );
    expect(incoming({ mentions, content: '<@9> /reset now' })?.text).toBe('/reset now');
    expect(incoming({ mentions, content: 'a\n\n  b <@9>\nc' })?.text).toBe('a\n\n  b\nc');
  });

  it('that is as long as it can be may go on in the next one', () => {
    const partOf = (length: number) => incoming({ content: 'x'.repeat(length) })?.part;
    expect(partOf(2_000)).toEqual({ kind: 'cut', glue: '' });
    expect(partOf(1_980)).toEqual({ kind: 'cut', glue: '\n' });
    expect(partOf(1_900)).toBeUndefined();
  });

  it('quotes what it replies to, unless that is the bot’s', () => {
    const of = (author: object, content: string) =>
      incoming({ type: 19, referenced_message: { author, content } })?.quoted;
    expect(of({ id: '2', username: 'bob' }, 'said <#5>')).toBe('said #talk');
    expect(of({ id: '2', username: 'bob' }, '')).toBeUndefined();
    expect(of(bot, 'my answer')).toBeUndefined();
  });

  it('of a bot or a webhook is marked; of the bot itself and of nobody it is none', () => {
    expect(incoming({ author: { id: '3', username: 'b', bot: true } })?.fromBot).toBe(true);
    expect(incoming({ webhook_id: '77' })?.fromBot).toBe(true);
    expect(incoming({ author: bot })).toBeUndefined();
    expect(incoming({ type: 7 })).toBeUndefined();
  });
});
