import { z } from 'zod';

import { short } from './figures.ts';
import { type Report, table } from './report.ts';
import type { Stage } from './stage.ts';

const pileSchema = z.object({ enqueueMs: z.number(), drainMs: z.number(), bytes: z.number() });

/** What prompts cost that wait, by how many wait. */
export async function showBacklog(report: Report, stage: Stage): Promise<void> {
  const queue = await stage.child('./queue-alone.ts');
  const sizes = [1000, 5000, 20_000];
  const rows: string[][] = [];
  const perPrompt: number[] = [];
  await queue.ask('pileUp', { prompts: 1000, conversations: 250 }, pileSchema);
  for (const prompts of sizes) {
    const conversations = prompts / 4;
    const measured = await queue.ask('pileUp', { prompts, conversations }, pileSchema);
    const { enqueueMs, drainMs, bytes } = measured;
    perPrompt.push((enqueueMs + drainMs) / prompts);
    rows.push([
      `${short(prompts)} prompts in ${short(conversations)} conversations`,
      short((prompts / enqueueMs) * 1000),
      short((prompts / drainMs) * 1000),
      short((bytes / 2 ** 20 / prompts) * 10_000),
    ]);
  }
  report.add(
    '### What waits (queues alone, prompts of 300 characters)',
    table(['', 'put in, /s', 'drained, /s', 'Redis, MB per 10,000'], rows),
  );
  const growth = (perPrompt.at(-1) ?? NaN) / (perPrompt[1] ?? NaN);
  const what = 'cost of a prompt, 20,000 waiting beside 5,000';
  report.aim(what, '≤ 1.5 ×', `${short(growth)} ×`, growth <= 1.5);
}
