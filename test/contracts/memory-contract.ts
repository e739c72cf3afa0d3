import { describe, expect, it } from 'vitest';

import type { AdapterMemory } from '../../src/chat/port.ts';

/** Declares what every memory of an adapter promises; `open` makes one that keeps `most` entries. */
export function memoryContract(name: string, open: (most: number) => Promise<AdapterMemory>): void {
  describe(`${name} keeps the contract of memories`, () => {
    it('gives back what was noted last under a key, and nothing once it is deleted', async () => {
      const memory = await open(10);
      expect(await memory.get('a')).toBeUndefined();
      await memory.set('a', 'one');
      await memory.set('a', 'two');
      await memory.set('b', 'three');
      expect(await memory.get('a')).toBe('two');
      await memory.delete('a');
      expect(await memory.get('a')).toBeUndefined();
      expect(await memory.entries()).toEqual([['b', 'three']]);
    });

    it('lets go of what was noted longest ago when there is too much', async () => {
      const memory = await open(3);
      for (const key of ['a', 'b', 'c', 'd']) await memory.set(key, key);
      await memory.set('b', 'again');
      await memory.set('e', 'e');
      const keys = (await memory.entries()).map(([key]) => key).toSorted();
      expect(keys).toEqual(['b', 'd', 'e']);
    });
  });
}
