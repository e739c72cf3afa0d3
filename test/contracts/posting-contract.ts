import { expect } from 'vitest';

import { partsOf } from '../../src/chat/parts.ts';
import type { Stage } from './adapter-stage.ts';
import type { Listening } from './listening.ts';
import { idOf, outgoing } from './outgoing.ts';

type Needs =
  | 'references'
  | 'pings'
  | 'link previews'
  | 'typing'
  | 'group'
  | 'files'
  | 'refusable markup';

/** Declares how the messages of a bot behave that is pleasant to have around. */
export function promisePosting(
  promise: (needs: Needs, what: string, shown: () => Promise<void>) => void,
  {
    stage,
    listening,
  }: {
    readonly stage: () => Promise<Stage>;
    readonly listening: (on: Stage) => Promise<Listening>;
  },
): void {
  promise('references', 'refers to the question in the first message only', async () => {
    const on = await stage();
    const { hear, adapter } = await listening(on);
    await on.say('private', 'hello');
    const { address } = await hear('hello');
    idOf(await adapter.post(address, outgoing('First.', 'answer', 'n.0'), never));
    const more = { ...outgoing('Second.', 'answer', 'n.1'), chunk: 1 };
    idOf(await adapter.post(address, more, never));
    expect(on.references?.('private')).toEqual([true, false]);
  });

  promise('pings', 'pings nobody, by a post or an edit, whatever is in it', async () => {
    const on = await stage();
    const { hear, adapter } = await listening(on);
    await on.say('group', 'who is here?');
    const { address } = await hear('who is here?');
    const text = `@everyone @here ${on.mentions?.() ?? ''}`;
    const id = idOf(await adapter.post(address, outgoing(text), never));
    // A word joiner is not to be seen.
    expect(on.shown('group').at(-1)).toMatch(/@\u2060?everyone/);
    idOf(await adapter.edit(address, id, outgoing(`${text} again`), never));
    expect(on.shown('group').at(-1)).toContain('again');
    expect(on.pings?.('group')).toBe(0);
  });

  promise('link previews', 'shows addresses without what they lead to', async () => {
    const on = await stage();
    const { hear, adapter } = await listening(on);
    await on.say('private', 'where?');
    const { address } = await hear('where?');
    const text = '[There](https://example.org/a) and https://example.org/b';
    const id = idOf(await adapter.post(address, outgoing(text), never));
    expect(on.linkPreviews?.('private')).toBe(0);
    idOf(await adapter.edit(address, id, outgoing(`${text}!`), never));
    expect(on.shown('private')[0]).toContain('example.org/b!');
    expect(on.linkPreviews?.('private')).toBe(0);
  });

  promise('typing', 'shows that something is being written, and only where', async () => {
    const on = await stage();
    const { hear, adapter } = await listening(on);
    await on.say('private', 'hello');
    const { address } = await hear('hello');
    expect(on.typings?.('private')).toBe(0);
    await adapter.typing(address, never);
    expect(on.typings?.('private')).toBe(1);
    expect(on.typings?.('group')).toBe(0);
  });

  promise('group', 'asks for previews at no more than the platform’s pace', async () => {
    const on = await stage();
    const { hear, adapter } = await listening(on);
    for (const place of ['private', 'group'] as const) {
      await on.say(place, place);
      const { address } = await hear(place);
      expect(adapter.previewIntervalMs(address)).toBe(on.paceMs?.[place]);
    }
  });

  promise('group', 'tells which addresses are of one chat, if it tells', async () => {
    const on = await stage();
    const { hear, adapter } = await listening(on);
    const heard = [];
    for (const [place, text] of [
      ['group', 'one'],
      ['group', 'two'],
      ['private', 'three'],
    ] as const) {
      await on.say(place, text);
      heard.push((await hear(text)).address);
    }
    const [one, two, three] = heard.map((address) => adapter.chatOf?.(address));
    expect(one).toBe(two);
    expect(one === undefined || one !== three).toBe(true);
  });

  promise('files', 'shows a very long answer as its beginning and a file', async () => {
    const on = await stage();
    const { hear, adapter } = await listening(on);
    await on.say('private', 'everything?');
    const { address } = await hear('everything?');
    const text = 'All there is to know.\n\n'.repeat(adapter.maxChars).trim();
    const parts = partsOf({ text }, adapter);
    expect(parts).toHaveLength(2);
    for (const [chunk, part] of parts.entries()) {
      const message = { ...outgoing(part.text, 'answer', `n.${chunk}`), chunk, file: part.file };
      idOf(await adapter.post(address, message, never));
    }
    expect(on.shown('private')[0]).toMatch(/^All there is to know\.\n+All.*answer\.md$/s);
    expect(on.files?.('private')).toEqual([{ name: 'answer.md', text }]);
  });

  promise('refusable markup', 'is said as plain text where its markup is refused', async () => {
    const on = await stage();
    const { hear, adapter } = await listening(on);
    await on.say('private', 'hello');
    const { address } = await hear('hello');
    on.refuseMarkup?.();
    idOf(await adapter.post(address, outgoing('**a** < b', 'answer', 'n.0'), never));
    const more = { ...outgoing('*c* & d', 'answer', 'n.1'), chunk: 1 };
    const second = idOf(await adapter.post(address, more, never));
    on.refuseMarkup?.();
    idOf(await adapter.edit(address, second, { ...more, text: '*c* & e' }, never));
    expect(on.shown('private')).toEqual(['a < b', 'c & e']);
  });
}

const never = new AbortController().signal;
