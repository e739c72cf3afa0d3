import { describe, expect, it } from 'vitest';

import type { AccessStore } from '../../src/chat/access-store.ts';

const limits = { lifetimeMs: 3_600_000, quietMs: 600_000, most: 3 };
const nowMs = 1_800_000_000_000;

const from = (person: string, address = 'x') => ({
  person,
  account: 'a-9',
  conversation: 'a-9.x',
  address,
  locale: 'zh',
});

/** Declares what every store of access promises; `make` gives an empty one each time. */
export function accessStoreContract(name: string, make: () => Promise<AccessStore>): void {
  const ask = (store: AccessStore, person: string, message: string, afterMs = 0) =>
    store.ask(
      { from: from(person), code: `${person}-${message}`, message, nowMs: nowMs + afterMs },
      limits,
    );

  describe(`${name} keeps the contract of access stores`, () => {
    it('has no owner until one claims it, and then no other', async () => {
      const store = await make();
      expect(await store.hasOwner()).toBe(false);
      expect(await store.standing('a:1')).toBe('stranger');
      const claims = await Promise.all([store.claim('a:1'), store.claim('a:2')]);
      expect(claims.filter(Boolean)).toHaveLength(1);
      const [owner, other] = claims[0] ? ['a:1', 'a:2'] : ['a:2', 'a:1'];
      expect(await store.claim(owner)).toBe(true);
      expect(await store.claim(other)).toBe(false);
      expect(await store.hasOwner()).toBe(true);
      expect(await store.standing(owner)).toBe('owner');
      expect(await store.standing(other)).toBe('stranger');
    });

    it('knows where each owner was heard last', async () => {
      const store = await make();
      const place = { person: 'a:1', account: 'a-9', conversation: 'a-9.x', address: 'x' };
      await store.noteOwner(place);
      await store.noteOwner({ ...place, person: 'a:2', locale: 'zh' });
      await store.noteOwner({ ...place, address: 'y' });
      const places = [...(await store.ownerPlaces())].sort((a, b) =>
        a.person < b.person ? -1 : 1,
      );
      expect(places).toEqual([
        { ...place, address: 'y' },
        { ...place, person: 'a:2', locale: 'zh' },
      ]);
    });

    it('keeps one code for a person, and one message that it is told to', async () => {
      const store = await make();
      expect(await ask(store, 'a:1', 'm1')).toEqual({ code: 'a:1-m1', message: 'm1' });
      expect(await ask(store, 'a:1', 'm1')).toEqual({ code: 'a:1-m1', message: 'm1' });
      expect(await ask(store, 'a:1', 'm2', 599_999)).toEqual({ code: 'a:1-m1', message: 'm1' });
      expect(await ask(store, 'a:1', 'm3', 600_000)).toEqual({ code: 'a:1-m1', message: 'm3' });
      expect(await ask(store, 'a:1', 'm4', 600_001)).toEqual({ code: 'a:1-m1', message: 'm3' });
    });

    it('lets in who holds a live code, however often it is said', async () => {
      const store = await make();
      await ask(store, 'a:1', 'm1');
      expect(await store.approve('other', nowMs)).toBeUndefined();
      expect(await store.approve('', nowMs)).toBeUndefined();
      expect(await store.approve('a:1-m1', nowMs)).toBe('a:1');
      expect(await store.approve('a:1-m1', nowMs)).toBe('a:1');
      expect(await store.standing('a:1')).toBe('allowed');
    });

    it('shuts out and lets in whom an owner names, but no owner', async () => {
      const store = await make();
      await store.claim('a:9');
      await store.deny('a:9');
      expect(await store.standing('a:9')).toBe('owner');
      await ask(store, 'a:1', 'm1');
      expect(await store.holder('a:1-m1', nowMs)).toBe('a:1');
      expect(await store.holder('a:1-m1', nowMs + limits.lifetimeMs)).toBeUndefined();
      expect(await store.holder('other', nowMs)).toBeUndefined();
      await store.approve('a:1-m1', nowMs);
      await store.deny('a:1');
      expect(await store.standing('a:1')).toBe('denied');
      await store.allow('a:1');
      expect(await store.standing('a:1')).toBe('allowed');
    });

    it('knows where somebody asked last, for as long as their code lives, let in or not', async () => {
      const store = await make();
      expect(await store.askedFrom('a:1', nowMs)).toBeUndefined();
      await ask(store, 'a:1', 'm1');
      await ask(store, 'a:2', 'm1');
      const again = { from: from('a:1', 'y'), code: 'other', message: 'm2', nowMs: nowMs + 1 };
      await store.ask(again, limits);
      await store.approve('a:1-m1', nowMs);
      expect(await store.askedFrom('a:1', nowMs)).toEqual(from('a:1', 'y'));
      expect(await store.askedFrom('a:2', nowMs)).toEqual(from('a:2'));
      expect(await store.askedFrom('a:2', nowMs + limits.lifetimeMs)).toBeUndefined();
    });

    it('forgets a code at its end', async () => {
      const store = await make();
      await ask(store, 'a:1', 'm1');
      expect(await store.approve('a:1-m1', nowMs + limits.lifetimeMs)).toBeUndefined();
      expect(await store.standing('a:1')).toBe('stranger');
      const later = await ask(store, 'a:1', 'm2', limits.lifetimeMs);
      expect(later).toEqual({ code: 'a:1-m2', message: 'm2' });
    });

    it('takes no more than so many live codes, but those there are stay', async () => {
      const store = await make();
      for (const person of ['a:1', 'a:2', 'a:3']) await ask(store, person, 'm');
      expect(await ask(store, 'a:4', 'm')).toBe('full');
      expect(await ask(store, 'a:3', 'n')).toEqual({ code: 'a:3-m', message: 'm' });
      expect(await ask(store, 'a:4', 'm', limits.lifetimeMs)).not.toBe('full');
    });
  });
}
