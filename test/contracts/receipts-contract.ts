import { describe, expect, it } from 'vitest';

import type { Receipts } from '../../src/chat/receipts.ts';

/** A keeper of receipts, and what the queue notes there as the final reply of an anchor leaves it. */
export interface KeptReceipts {
  readonly receipts: Receipts;
  readonly ended: (anchor: string) => Promise<void>;
}

/** Declares what every keeper of receipts promises; `make` gives an empty one each time. */
export function receiptsContract(name: string, make: () => Promise<KeptReceipts>): void {
  describe(`${name} keeps the contract of receipts`, () => {
    it('knows of each chunk the last that was noted', async () => {
      const { receipts } = await make();
      expect(await receipts.load('p1')).toEqual(new Map());
      await receipts.sending('p1', 0);
      await receipts.sent('p1', 0, 'm1');
      await receipts.sending('p1', 1);
      await receipts.sending('p2', 0);
      await receipts.sending('p1', 2);
      await receipts.forget('p1', 2);
      await receipts.forget('p1', 3);
      expect(await receipts.load('p1')).toEqual(
        new Map([
          [0, { state: 'sent', messageId: 'm1' }],
          [1, { state: 'sending' }],
        ]),
      );
      expect(await receipts.load('p2')).toEqual(new Map([[0, { state: 'sending' }]]));
    });

    it('knows which anchors are closed', async () => {
      const { receipts, ended } = await make();
      await receipts.sent('p1', 0, 'm1');
      expect(await receipts.isClosed('p1')).toBe(false);
      await ended('p1');
      expect(await receipts.isClosed('p1')).toBe(true);
      expect(await receipts.isClosed('p2')).toBe(false);
      expect(await receipts.load('p1')).toEqual(new Map([[0, { state: 'sent', messageId: 'm1' }]]));
    });
  });
}
