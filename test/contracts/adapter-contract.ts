import { afterEach, describe, expect, it } from 'vitest';

import type { Adapter } from '../../src/chat/port.ts';
import type { Stage } from './adapter-stage.ts';
import { promiseButtons } from './button-contract.ts';
import { promiseInput } from './input-contract.ts';
import { Listening } from './listening.ts';
import type { Take } from './listening.ts';
import { expectPause, idOf, longest, outgoing } from './outgoing.ts';
import { promisePlaces } from './place-contract.ts';
import { promisePosting } from './posting-contract.ts';

/** What a platform may be without; the promises that need it are not declared for it. */
export type Lack =
  | 'token'
  | 'redelivery'
  | 'independence'
  | 'group'
  | 'files'
  | 'faults'
  | 'forwards'
  | 'buttons'
  | 'references'
  | 'pings'
  | 'link previews'
  | 'typing'
  | 'refusable markup'
  | 'attachments'
  | 'quotes'
  | 'menu'
  | 'topics'
  | 'edits';

/** Declares what every adapter promises, for the adapter that `start` sets a stage for. */
export function adapterContract(
  name: string,
  start: () => Promise<Stage>,
  lacks: readonly Lack[] = [],
): void {
  const promise = (needs: Lack, what: string, shown: () => Promise<void>): void => {
    if (!lacks.includes(needs)) it(what, shown);
  };

  const open: AsyncDisposable[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]();
  });

  async function stage(): Promise<Stage> {
    const set = await start();
    open.push(set);
    return set;
  }

  async function connected(on: Stage): Promise<Adapter> {
    const adapter = on.adapter();
    open.push(adapter);
    await adapter.connect(never);
    return adapter;
  }

  async function listening(on: Stage, take?: Take): Promise<Listening> {
    const listener = await Listening.begin(await connected(on), take);
    open.push(listener);
    return listener;
  }

  describe(`${name} keeps the contract of adapters`, () => {
    it('knows who it is once it is connected, and not before', async () => {
      const on = await stage();
      const adapter = on.adapter();
      open.push(adapter);
      expect(() => adapter.account).toThrow();
      await adapter.connect(never);
      expect(adapter.account).toMatch(/^[a-z]+-[\w-]+$/);
      expect(adapter.displayName).not.toBe('');
    });

    promise('token', 'names the key to correct when its token is refused', async () => {
      const { wrongToken } = await stage();
      if (wrongToken === undefined) throw missing('token');
      const adapter = wrongToken.adapter();
      open.push(adapter);
      await expect(adapter.connect(never)).rejects.toMatchObject({
        code: 'PLATFORM_TOKEN_REJECTED',
        message: expect.stringContaining(wrongToken.key),
      });
    });

    it('hands over what is said in private, once each, in order', async () => {
      const on = await stage();
      const { heard, hear, adapter } = await listening(on);
      for (const text of ['one', 'two', 'three']) await on.say('private', text);
      const last = await hear('three');
      expect(heard.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
      expect(new Set(heard.map(({ id }) => id)).size).toBe(3);
      expect(new Set(heard.map(({ conversation }) => conversation)).size).toBe(1);
      expect(last).toMatchObject({ isPrivate: true, isAddressed: true, fromBot: false });
      expect(last.id).toMatch(/^(?=.*[^\d])[^:]+$/);
      expect(last.author.id.split(':')[0]).toBe(adapter.account.split('-')[0]);
    });

    promise('forwards', 'hands over what is passed on as not the author’s own words', async () => {
      const on = await stage();
      if (on.forward === undefined) throw missing('forwards');
      const { heard, hear } = await listening(on);
      await on.forward(['/reset', 'They said so.']);
      await on.say('private', 'True?');
      await hear('True?');
      const passedOn = heard.filter(({ part }) => part?.kind === 'forward');
      expect(
        passedOn.map(({ text, forwarded }) => [text, forwarded?.map((one) => one.text)]),
      ).toEqual([
        ['', ['/reset']],
        ['', ['They said so.']],
      ]);
    });

    it('hands a message over again, under its id, until it is taken', async () => {
      const on = await stage();
      const offered: string[] = [];
      const { hear } = await listening(on, ({ id }) => {
        offered.push(id);
        if (offered.length < 3) throw new Error('Redis is away');
      });
      await on.say('private', 'hello');
      const { id } = await hear('hello');
      expect(offered).toEqual([id, id, id]);
    });

    promise('redelivery', 'leaves to its successor what was not taken', async () => {
      const on = await stage();
      const asked = Promise.withResolvers<string>();
      const first = await listening(on, ({ id }) => {
        asked.resolve(id);
        throw new Error('Redis is away');
      });
      await on.say('private', 'hello');
      const id = await asked.promise;
      await first[Symbol.asyncDispose]();
      await first.adapter[Symbol.asyncDispose]();
      const second = await listening(on);
      expect(await second.hear('hello')).toMatchObject({ id });
    });

    promise('independence', 'does not let one conversation wait for another', async () => {
      const on = await stage();
      if (on.group === undefined) throw missing('group');
      const gate = Promise.withResolvers<void>();
      const { heard, hear } = await listening(on, async ({ text }) => {
        if (text === 'held') await gate.promise;
      });
      await on.say('private', 'held');
      await on.say('other private', 'free');
      const free = await hear('free');
      gate.resolve();
      const held = await hear('held');
      expect(heard.map(({ text }) => text)).toEqual(['free', 'held']);
      expect(free.conversation).not.toBe(held.conversation);
    });

    promise('group', 'tells in a group what is meant for the bot from what is not', async () => {
      const on = await stage();
      if (on.group === undefined) throw missing('group');
      const { heard, hear, adapter } = await listening(on);
      await on.group.mutter('to nobody');
      await on.group.asBot('from a bot');
      await on.say('group', 'by mention');
      const mention = await hear('by mention');
      expect(mention).toMatchObject({ isPrivate: false, isAddressed: true });
      expect(mention.places.length).toBeGreaterThan(0);
      const posted = idOf(await adapter.post(mention.address, outgoing('Yes?'), never));
      await on.group.reply(posted, 'by reply');
      await hear('by reply');
      await on.group.command('ask', 'by command');
      await hear('/ask by command');
      const meant = heard.filter(({ isAddressed, fromBot }) => isAddressed && !fromBot);
      expect(meant.map(({ text }) => text)).toEqual(['by mention', 'by reply', '/ask by command']);
    });

    it('shows a placeholder, then previews, then the answer, in one message', async () => {
      const on = await stage();
      const { hear, adapter } = await listening(on);
      await on.say('private', 'hello');
      const { address } = await hear('hello');
      await adapter.typing(address, never);
      const id = idOf(await adapter.post(address, outgoing('…', 'placeholder'), never));
      const steps = [outgoing('Half an\n…', 'preview'), outgoing('Half an **answer**, and more.')];
      for (const step of [...steps, ...steps.slice(1)]) {
        expect(await adapter.edit(address, id, step, never)).toEqual({
          kind: 'done',
          messageId: id,
        });
      }
      expect(on.shown('private')).toHaveLength(1);
      expect(on.shown('private')[0]).toMatch(/^Half an .*answer.*, and more\.\s*$/);
    });

    it('shows a message as long as it says it can, code and all', async () => {
      const on = await stage();
      const { hear, adapter } = await listening(on);
      await on.say('private', 'hello');
      const { address } = await hear('hello');
      const text = longest(adapter);
      expect((await adapter.post(address, outgoing(text), never)).kind).toBe('done');
      expect(on.shown('private')[0]).toContain('a < b && c > d;');
      expect(on.shown('private')[0]).toContain('The end & nothing more');
    });

    promise('files', 'posts a file, and once where nonces are taken', async () => {
      const on = await stage();
      if (on.files === undefined) throw missing('files');
      const { hear, adapter } = await listening(on);
      expect(adapter.takesFiles).toBe(true);
      await on.say('private', 'hello');
      const { address } = await hear('hello');
      const file = { name: 'answer.md', mime: 'text/markdown', bytes: Buffer.from('# Äh') };
      const message = { ...outgoing('', 'answer', 'n.1'), chunk: 1, file };
      on.faults?.inject('post', { kind: 'lost after' });
      if (on.faults !== undefined) {
        expect((await adapter.post(address, message, never)).kind).toBe('unknown');
      }
      expect((await adapter.post(address, message, never)).kind).toBe('done');
      const once = [{ name: 'answer.md', text: '# Äh' }];
      const isOnce = on.faults === undefined || adapter.knowsNonces === true;
      expect(on.files('private')).toEqual(isOnce ? once : [...once, ...once]);
    });

    promise('group', 'shows each answer where it was asked for', async () => {
      const on = await stage();
      const { hear, adapter } = await listening(on);
      await on.say('private', 'one');
      await on.say('group', 'two');
      const [one, two] = [await hear('one'), await hear('two')];
      await adapter.post(one.address, outgoing('First.', 'answer', 'n1'), never);
      await adapter.post(two.address, outgoing('Second.', 'answer', 'n2'), never);
      expect([on.shown('private'), on.shown('group')]).toEqual([['First.'], ['Second.']]);
    });

    promiseButtons(promise, { stage, listening });
    promisePosting(promise, { stage, listening });
    promiseInput(promise, { stage, listening });
    promisePlaces(promise, { stage, listening });

    promise('faults', 'says what became of a post or an edit', async () => {
      const on = await stage();
      const { faults } = on;
      if (faults === undefined) throw missing('faults');
      const { hear, adapter } = await listening(on);
      await on.say('private', 'hello');
      const { address } = await hear('hello');
      const post = (nonce: string) =>
        adapter.post(address, outgoing('Hi.', 'answer', nonce), never);
      const edit = (id: string) => adapter.edit(address, id, outgoing('Hello.'), never);

      faults.inject('post', { kind: 'wait', afterMs: 137_000 });
      expectPause(await post('n1'), 137_000);
      const id = idOf(await post('n1'));
      faults.inject('edit', { kind: 'wait', afterMs: 60_000 });
      expectPause(await edit(id), 60_000);
      faults.inject('edit', { kind: 'lost after' });
      expect((await edit(id)).kind).toBe('unknown');
      expect((await edit(id)).kind).toBe('done');
      faults.inject('post', { kind: 'lost after' });
      expect((await post('n2')).kind).toBe('unknown');
      expect((await post('n2')).kind).toBe('done');
      expect(on.shown('private')).toHaveLength(adapter.knowsNonces === true ? 2 : 3);

      faults.remove('private', id);
      expect(await edit(id)).toEqual({ kind: 'missing' });
      faults.inject('post', { kind: 'refused' });
      expect((await post('n3')).kind).toBe('refused');
    });

    it('ends with its signal, after what is under way, and leaves nothing open', async () => {
      const on = await stage();
      const gate = Promise.withResolvers<void>();
      const asked = Promise.withResolvers<void>();
      const listener = await listening(on, async () => {
        asked.resolve();
        await gate.promise;
      });
      await on.say('private', 'hello');
      await asked.promise;
      listener.stop();
      gate.resolve();
      await listener.ended;
      await listener.adapter[Symbol.asyncDispose]();
      expect(listener.heard.map(({ text }) => text)).toEqual(['hello']);
      await expect.poll(() => on.connections?.() ?? 0, { timeout: 5_000 }).toBe(0);
    });
  });
}

const never = new AbortController().signal;

const missing = (what: Lack) => new Error(`the stage has no ${what}: name it in \`lacks\``);
