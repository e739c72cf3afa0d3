import { Queue } from 'bullmq';

import { partLog } from '../log.ts';
import { promptsQueue, QueueKeys, repliesQueue } from '../queue/queue-keys.ts';
import { reportErrors } from '../queue/report-errors.ts';
import type { Foundation } from './foundation.ts';

/** The queues that the console shows in detail: prompts, and the replies of these accounts. */
export function boardQueues(
  { redis, prefix, ...foundation }: Foundation,
  accounts: readonly string[],
  stack: AsyncDisposableStack,
): readonly Queue[] {
  const log = partLog(foundation.log, 'queue');
  return [promptsQueue, ...accounts.map(repliesQueue)].map((name) => {
    const queue = new Queue(name, { connection: redis, prefix: new QueueKeys(prefix).bullmq });
    reportErrors(queue, log, name);
    return stack.adopt(queue, async () => queue.close());
  });
}
