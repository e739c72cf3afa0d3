import type { Metrics } from '../console/metrics.ts';
import type { PromptMetrics } from '../queue/prompt-handler.ts';

/** Counts what becomes of prompts: each one's end once. */
export function promptMetrics({ prompts, retries }: Metrics): PromptMetrics {
  return {
    settled: ({ account }, outcome) => prompts.inc({ platform: platformOf(account), outcome }),
    retried: ({ account }) => retries.inc({ platform: platformOf(account) }),
    // One that could be read is settled as well, and counted there.
    deadLettered: (prompt) => {
      if (prompt === null) prompts.inc({ platform: 'unknown', outcome: 'dead-letter' });
    },
  };
}

function platformOf(account: string): string {
  return account.split('-', 1)[0] ?? account;
}
