import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { unfinished } from '../../sandbox/players.ts';
import { en } from '../../src/words/en.ts';
import { discordChatter, telegramChatter } from '../people.ts';
import { jpeg, png } from '../pictures.ts';
import { Stage, unlimited } from '../stage.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await Stage.signedIn({ world: unlimited, environment: { ANSWER_FOOTER: 'on' } });
  const daemon = await stage.up();
  await daemon.logged('models listed');
});

afterAll(async () => stage[Symbol.asyncDispose]());

/** Somebody in a private chat on Discord, who sends files. */
function onDiscord(name: string) {
  const { discord } = stage.world;
  const user = discord.createUser(name);
  const channel = discord.openDm(user);
  const chatter = discordChatter(stage.world, { name, user }, channel.id, () => {});
  const send = (
    text: string,
    ...files: { filename: string; contentType: string; bytes: Uint8Array }[]
  ) => discord.say({ user, channel, text, files });
  return {
    chatter,
    send,
    reply: (text: string, replyTo: string) => discord.say({ user, channel, text, replyTo }),
  };
}

const pictureOf = (filename: string, bytes: Uint8Array = png) => ({
  filename,
  contentType: 'image/png',
  bytes,
});
const finished = (words: string) => (shown: readonly string[]) =>
  shown.find((text) => text.includes(words) && !unfinished(text));

it('pictures and code are answered on Discord, and what one replies to is seen as well', async () => {
  const { chatter, send, reply } = onDiscord('Pia');
  const code = {
    filename: 'main.ts',
    contentType: 'text/plain',
    bytes: Buffer.from('let answer = 42;'),
  };
  const sent = send('What are these?', pictureOf('a.png'), pictureOf('b.png'), code);
  await chatter.until(finished('What are these?'));
  const asked = stage.world.xai.requests.at(-1)?.inputs.at(-1) ?? '';
  expect(asked.match(/\[image\/png of \d+ bytes\]/g)).toHaveLength(2);
  expect(asked).toContain('{"file":"main.ts"}\n```\nlet answer = 42;\n```');

  reply('And again?', sent);
  const answer = await chatter.until(finished('And again?'));
  expect(answer).toMatch(/\*grok-4\.3 · \d+ → \d+ tokens · \$[\d.]+\*$/);
  const again = stage.world.xai.requests.at(-1)?.inputs ?? [];
  expect(again.at(-1)?.match(/\[image\/png/g)).toHaveLength(2);
  expect(again.join('\n')).toContain('{"picture":"a.png"}');
  expect(again.join('\n')).not.toContain('→ ');
});

it('a photo without a word is answered on Telegram', async () => {
  const { telegram } = stage.world;
  const user = telegram.createUser('Phil');
  const chatter = telegramChatter(stage.world, 'Phil', { user, chat: user });
  const file = { name: 'photo.jpg', content: jpeg };
  telegram.say({ user, chat: user, text: '', photo: true, file });
  await chatter.until(finished('[image/jpeg of 10 bytes]'));
});

it('what cannot be read is named, and Grok is not asked', async () => {
  const { chatter, send } = onDiscord('Bea');
  const before = stage.world.xai.requests.length;
  send('This?', pictureOf('half.png', png.subarray(0, 40)));
  await chatter.until(finished('“half.png” is damaged'));
  send('This?', {
    filename: 'a.zip',
    contentType: 'application/zip',
    bytes: Buffer.from([80, 75, 0]),
  });
  await chatter.until(finished('I cannot read “a.zip”'));

  const { telegram } = stage.world;
  const user = telegram.createUser('Hugo');
  const file = { name: 'film.bin', content: Buffer.alloc(10), bytes: 100 * 1024 * 1024 };
  telegram.say({ user, chat: user, text: 'This?', file });
  const onTelegram = telegramChatter(stage.world, 'Hugo', { user, chat: user });
  await onTelegram.until(finished('“film.bin” is too large'));
  expect(stage.world.xai.requests.length).toBe(before);
});

it('a model that lacks pictures is not asked, and what else it lacks is told once', async () => {
  const { chatter, send } = onDiscord('Bill');
  send('/effort low');
  await chatter.until(finished('effort **low**'));
  send('/model grok-build-0.1');
  await chatter.until(finished('**grok-build-0.1** answers here'));
  const before = stage.world.xai.requests.length;
  send('Unseeable?', pictureOf('a.png'));
  expect(await chatter.until(finished('cannot see pictures'))).toContain('`grok-4.3`');
  expect(stage.world.xai.requests.length).toBe(before);
  send('In words?');
  expect(await chatter.until(finished('In words?'))).toContain(en.effortLacking('grok-build-0.1'));
  send('In other words?');
  expect(await chatter.until(finished('In other words?'))).not.toContain('cannot');
});

it('a model that sees no pictures is no reason to fall silent', async () => {
  const { chatter, send } = onDiscord('Vera');
  stage.world.xai.refuse('invalid-request', { input: 'Unseen?' });
  send('Unseen?', pictureOf('a.png'));
  await chatter.until(finished('may not be able to see pictures'));
});

it('no address of a file is kept in Redis, and what is in them only for a time', async () => {
  if (stage.redis === undefined) throw new Error('the stage has no Redis');
  const client = new Redis(stage.redis.url);
  try {
    const kept = await client.keys('*:files:*');
    expect(kept.length).toBeGreaterThan(0);
    for (const key of kept) expect(await client.pttl(key)).toBeGreaterThan(0);
    for (const key of kept) expect(Object.keys(await client.hgetall(key))[0]).toBe('0');
  } finally {
    client.disconnect();
  }
  const { folder } = stage.redis;
  const onDisk = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.aof'))
    .map((name) => readFileSync(join(folder, name), 'latin1'))
    .join('');
  expect(onDisk).toContain('a.png');
  expect(onDisk).not.toContain('/attachments/');
  expect(onDisk).not.toContain(stage.world.telegram.token);
});
