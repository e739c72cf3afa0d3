import { createHash } from 'node:crypto';

import type { Prompt } from './prompt.ts';

/** What an author is told to find a prompt's log lines by: short enough to read out. */
export function referenceOf(prompt: Pick<Prompt, 'id'>): string {
  return createHash('sha256').update(prompt.id).digest('hex').slice(0, 8);
}
