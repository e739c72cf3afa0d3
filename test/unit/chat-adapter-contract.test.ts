import { adapterContract } from '../contracts/adapter-contract.ts';
import { MemoryStage } from '../contracts/memory-stage.ts';

adapterContract('an adapter in memory', async () => new MemoryStage(), [
  'buttons',
  'references',
  'pings',
  'link previews',
  'typing',
  'refusable markup',
  'attachments',
  'quotes',
  'menu',
  'topics',
  'edits',
]);
