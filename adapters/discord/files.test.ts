import { expect, it } from 'vitest';

import { DiscordSandbox } from '../../sandbox/discord/discord-sandbox.ts';
import { png } from '../../test/pictures.ts';
import { fetchAttachment } from './files.ts';
import { closeAfterEach, listening, never, opened } from './test-bed.ts';

closeAfterEach();

const picture = { filename: 'a.png', contentType: 'image/png', bytes: png };

it('attachments are heard, those of the message replied to as well, and can be fetched', async () => {
  const sandbox = await opened(DiscordSandbox.start());
  const { adapter, hear } = await listening(sandbox);
  const user = sandbox.createUser('ann');
  const channel = sandbox.openDm(user);
  const first = sandbox.say({ user, channel, text: 'look', files: [picture] });
  const [file] = (await hear('look')).files ?? [];
  expect(file).toMatchObject({ name: 'a.png', mime: 'image/png', bytes: png.length });
  if (file === undefined) throw new Error('no file');
  const code = {
    filename: 'a.ts',
    contentType: 'text/plain; charset=utf-8',
    bytes: Buffer.from('a'),
  };
  sandbox.say({ user, channel, text: 'both?', files: [code, picture], replyTo: first });
  expect((await hear('both?')).files).toMatchObject([
    { name: 'a.ts', mime: 'text/plain' },
    { name: 'a.png' },
    { name: 'a.png', isQuoted: true },
  ]);

  const fetched = await adapter.fetchFile?.(file, 1_000, never);
  expect(fetched).toEqual({ kind: 'fetched', bytes: png });
  expect(await adapter.fetchFile?.(file, 10, never)).toEqual({ kind: 'too large' });
  const gone = { ...file, ref: `${file.ref}x` };
  expect(await adapter.fetchFile?.(gone, 1_000, never)).toEqual({
    kind: 'failed',
    why: 'status 404',
  });
});

it.each([
  'https://example.com/a.png',
  'http://cdn.discordapp.com/a.png',
  'https://cdn.discordapp.com.example.com/a.png',
  'http://169.254.169.254/latest/meta-data',
  'file:///etc/passwd',
  'nothing',
])('nothing is fetched from %s', async (ref) => {
  const file = { name: 'a', mime: '', ref };
  expect(await fetchAttachment(file, 'https://discord.com/api', 10, never)).toEqual({
    kind: 'failed',
    why: 'not on a server of Discord’s',
  });
});
