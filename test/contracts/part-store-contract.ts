import { describe, expect, it } from 'vitest';

import type { PartStore } from '../../src/chat/part-store.ts';

/** Declares what every store of parts promises. */
export function partStoreContract(name: string, open: () => Promise<PartStore>): void {
  describe(`${name} keeps the contract of part stores`, () => {
    it('keeps parts in order, each id once, until they are dropped', async () => {
      const store = await open();
      expect(await store.conversations()).toEqual([]);
      expect(await store.add('a', 'id-1', 'one')).toBe('added');
      expect(await store.add('a', 'id-1', 'one')).toBe('known');
      expect(await store.add('a', 'id-2', 'two')).toBe('added');
      expect(await store.add('b', 'id-3', 'three')).toBe('added');
      expect(await store.read('a')).toEqual(['one', 'two']);
      expect([...(await store.conversations())].toSorted()).toEqual(['a', 'b']);
      await store.drop('a', ['two', 'never there']);
      expect(await store.read('a')).toEqual(['one']);
      await store.drop('a', ['two', 'one']);
      expect(await store.read('a')).toEqual([]);
      expect(await store.conversations()).toEqual(['b']);
      expect(await store.add('a', 'id-2', 'two')).toBe('known');
    });
  });
}
