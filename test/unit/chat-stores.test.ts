import { accessStoreContract } from '../contracts/access-store-contract.ts';
import { MemoryAccessStore } from '../contracts/memory-access-store.ts';
import { memoryContract } from '../contracts/memory-contract.ts';
import { MemoryMemory } from '../contracts/memory-memory.ts';
import { MemoryPartStore } from '../contracts/memory-part-store.ts';
import { MemoryReceipts } from '../contracts/memory-receipts.ts';
import { partStoreContract } from '../contracts/part-store-contract.ts';
import { receiptsContract } from '../contracts/receipts-contract.ts';

accessStoreContract('a store in memory', async () => new MemoryAccessStore());
receiptsContract('a keeper in memory', async () => {
  const receipts = new MemoryReceipts();
  return { receipts, ended: async (anchor) => receipts.end(anchor) };
});
memoryContract('a memory in memory', async (most) => new MemoryMemory(most));
partStoreContract('a part store in memory', async () => new MemoryPartStore());
