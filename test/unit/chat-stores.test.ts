import { accessStoreContract } from '../contracts/access-store-contract.ts';
import { MemoryAccessStore } from '../contracts/memory-access-store.ts';
import { MemoryReceipts } from '../contracts/memory-receipts.ts';
import { receiptsContract } from '../contracts/receipts-contract.ts';

accessStoreContract('a store in memory', async () => new MemoryAccessStore());
receiptsContract('a keeper in memory', async () => new MemoryReceipts());
