import { describe, expect, it } from 'vitest';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import { closeAfterEach, idOf, listening, never, opened, outgoing } from './test-bed.ts';

closeAfterEach();

/** A channel in which Ann, Bob and the bot talk, each message a reply to the one before. */
async function talk() {
  const sandbox = await opened(DiscordSandbox.start({ messageContent: false, rateLimits: 'off' }));
  const listener = await listening(sandbox);
  const channel = sandbox.createChannel(sandbox.createGuild('guild'), 'talk');
  const [ann, bob] = [sandbox.createUser('ann'), sandbox.createUser('bob')];
  let last: string | undefined;
  const mutter = (user: typeof ann, text: string, replyTo = last) => {
    last = sandbox.say({ user, channel, text, replyTo });
    return last;
  };
  const say = (user: typeof ann, text: string, replyTo = last) =>
    mutter(user, `<@${sandbox.botId}> ${text}`, replyTo);
  const fetched = () =>
    sandbox.requests.filter(({ method, path }) => method === 'GET' && /messages\/\d+$/.test(path));
  return { sandbox, ...listener, ann, bob, say, mutter, fetched };
}

describe('what a reply goes back to', () => {
  it('is handed over above what it quotes, oldest first, the bot’s own among it', async () => {
    const { adapter, hear, ann, bob, say } = await talk();
    say(ann, 'Is it green?');
    const { address, chain } = await hear('Is it green?');
    expect(chain).toBeUndefined();
    const answer = idOf(await adapter.post(address, outgoing('It is.'), never));
    say(bob, 'I doubt it.', answer);
    say(ann, 'I do, too.');
    say(bob, 'Well?');
    expect(await hear('Well?')).toMatchObject({
      quoted: 'I do, too.',
      chain: [
        { from: 'ann', text: 'Is it green?' },
        { text: 'It is.', isOurs: true },
        { from: 'bob', text: 'I doubt it.' },
      ],
    });
  });

  it('is the bot’s own message where that is replied to, without asking Discord', async () => {
    const { adapter, hear, ann, bob, say, fetched } = await talk();
    say(ann, 'Is it green?');
    const { address } = await hear('Is it green?');
    const answer = idOf(await adapter.post(address, outgoing('It is.'), never));
    say(bob, 'Really?', answer);
    expect(await hear('Really?')).toMatchObject({ chain: [{ text: 'It is.', isOurs: true }] });
    expect(fetched()).toEqual([]);
  });

  it('ends after eight messages, the nearest being kept', async () => {
    const { hear, ann, say, fetched } = await talk();
    for (let n = 1; n <= 12; n += 1) say(ann, `No ${n}.`);
    await hear('No 12.');
    const before = fetched().length;
    say(ann, 'Well?');
    const { quoted, chain } = await hear('Well?');
    expect(quoted).toBe('No 12.');
    expect(chain?.map(({ text }) => text)).toEqual(
      [4, 5, 6, 7, 8, 9, 10, 11].map((n) => `No ${n}.`),
    );
    // Each message that is fetched brings along the one that it replies to.
    expect(fetched().length - before).toBe(4);
  });

  it('ends after 4,000 characters, the nearest being kept', async () => {
    const { hear, ann, say } = await talk();
    for (const letter of 'abcde') say(ann, letter.repeat(1_500));
    say(ann, 'And now?');
    const long = (await hear('And now?')).chain?.map(({ text }) => text) ?? [];
    expect(long.map((text) => [text[0], text.length])).toEqual([
      ['b', 1_000],
      ['c', 1_500],
      ['d', 1_500],
    ]);
    expect(long[0]?.endsWith('…')).toBe(true);
  });

  it('leaves out what Discord does not let the bot read, and goes on above it', async () => {
    const { hear, ann, bob, say, mutter } = await talk();
    say(ann, 'To the bot.');
    mutter(bob, 'Among ourselves.');
    mutter(ann, 'Still so.');
    say(ann, 'Well?');
    const { quoted, chain } = await hear('Well?');
    expect(quoted).toBeUndefined();
    expect(chain).toEqual([{ from: 'ann', text: 'To the bot.' }]);
  });

  it('holds up no message: what cannot be fetched is left out', async () => {
    const { hear, ann, say, sandbox } = await talk();
    for (const text of ['One.', 'Two.']) say(ann, text);
    await hear('Two.');
    sandbox.faults.inject({ match: 'GET /channels', fault: { kind: 'hang', ms: 30_000 } });
    say(ann, 'Well?');
    const message = await hear('Well?');
    expect(message.quoted).toBe('Two.');
    expect(message).not.toHaveProperty('chain');
  });

  it('is not asked for where nothing is said to the bot', async () => {
    const { heard, hear, ann, say, mutter, fetched } = await talk();
    for (const text of ['One.', 'Two.']) mutter(ann, text);
    const last = mutter(ann, 'Three.');
    await expect.poll(() => heard.some(({ id }) => id === `dc-${last}`)).toBe(true);
    expect(fetched()).toEqual([]);
    say(ann, 'Well?');
    await hear('Well?');
    expect(fetched().length).toBeGreaterThan(0);
  });
});
