import { expect } from 'vitest';

import type { IncomingFile } from '../../src/chat/port.ts';
import { png } from '../pictures.ts';
import type { Stage } from './adapter-stage.ts';
import type { Listening } from './listening.ts';
import { idOf, outgoing } from './outgoing.ts';

/** Declares what comes to the bot besides words. */
export function promiseInput(
  promise: (
    needs: 'attachments' | 'quotes' | 'group' | 'menu',
    what: string,
    shown: () => Promise<void>,
  ) => void,
  {
    stage,
    listening,
  }: {
    readonly stage: () => Promise<Stage>;
    readonly listening: (on: Stage) => Promise<Listening>;
  },
): void {
  const code = Buffer.from('let answer = 42;');
  const picture = { name: 'a.png', mime: 'image/png', bytes: png };
  const source = { name: 'main.ts', mime: 'text/plain', bytes: code };

  promise(
    'attachments',
    'hands over several pictures and files as one, to be fetched',
    async () => {
      const on = await stage();
      const { heard, adapter } = await listening(on);
      await on.attach?.('What is this?', [picture, picture, source]);
      const files = (): IncomingFile[] => heard.flatMap((message) => message.files ?? []);
      await expect.poll(() => files().length, { timeout: 8_000, interval: 5 }).toBe(3);
      const whole = heard.map(({ id, part }) => (part?.kind === 'album' ? part.album : id));
      expect(new Set(whole).size).toBe(1);
      expect(heard.map(({ text }) => text).join('')).toBe('What is this?');
      const fetched = await Promise.all(
        files().map(async (file) => adapter.fetchFile?.(file, 1_000, never)),
      );
      expect(fetched.map((one) => one?.kind === 'fetched' && Buffer.from(one.bytes))).toEqual([
        png,
        png,
        code,
      ]);
      const [file] = files();
      if (file === undefined) throw new Error('no file');
      expect(await adapter.fetchFile?.(file, png.length - 1, never)).toEqual({ kind: 'too large' });
    },
  );

  promise('attachments', 'tells how large a file of 100 MB is before it is fetched', async () => {
    const on = await stage();
    const { hear } = await listening(on);
    const bytes = 100 * 1024 * 1024;
    await on.attach?.('And this?', [{ ...source, name: 'film.bin', claimedBytes: bytes }]);
    const [file] = (await hear('And this?')).files ?? [];
    expect(file).toMatchObject({ name: 'film.bin', bytes });
  });

  promise('quotes', 'hands over what somebody answers, apart from their words', async () => {
    const on = await stage();
    const { hear } = await listening(on);
    await on.answer?.('/reset said Eve', 'True?');
    expect(await hear('True?')).toMatchObject({ quoted: '/reset said Eve' });
  });

  promise('group', 'hands over the bot’s own message that somebody answers', async () => {
    const on = await stage();
    const { hear, adapter } = await listening(on);
    await on.say('group', 'green?');
    const { address } = await hear('green?');
    const posted = idOf(await adapter.post(address, outgoing('It is.'), never));
    await on.group?.reply(posted, 'sure?');
    const answer = await hear('sure?');
    expect(answer.quoted).toBeUndefined();
    expect(answer.chain).toMatchObject([{ text: 'It is.', isOurs: true }]);
  });

  promise('menu', 'offers the commands, and registers them only where they differ', async () => {
    const on = await stage();
    const { menu } = on;
    if (menu === undefined) throw new Error('the stage has no menu: name it in `lacks`');
    const once = await listening(on);
    await expect.poll(() => menu.written(), { timeout: 8_000, interval: 5 }).toBe(menu.perStart);
    expect(menu.names()).toEqual(expect.arrayContaining(['ask', 'persona', 'help']));
    await once[Symbol.asyncDispose]();
    await once.adapter[Symbol.asyncDispose]();
    const again = await listening(on);
    await expect.poll(() => menu.read(), { timeout: 8_000, interval: 5 }).toBe(2 * menu.perStart);
    await again[Symbol.asyncDispose]();
    expect(menu.written()).toBe(menu.perStart);
  });
}

const never = new AbortController().signal;
