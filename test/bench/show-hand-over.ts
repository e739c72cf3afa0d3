import { z } from 'zod';

import { median, percentile, short } from './figures.ts';
import { type Report, table } from './report.ts';
import type { Stage } from './stage.ts';

const rounds = 50;
const tookSchema = z.object({ handedMs: z.array(z.number()), freshMs: z.array(z.number()) });

/** How soon another worker goes on with what one that ends must leave. */
export async function showHandOver(report: Report, stage: Stage): Promise<void> {
  const child = await stage.child('./hand-over.ts');
  const { handedMs, freshMs } = await child.ask('run', rounds, tookSchema);
  const row = (name: string, all: readonly number[]) => [
    name,
    short(median(all)),
    short(percentile(all, 0.9)),
  ];
  report.add(
    `### A worker that ends (${rounds} times, ms)`,
    table(
      ['', 'p50', 'p90'],
      [
        row('answer given up → begun by another worker', handedMs),
        row('prompt put in → begun by a worker that waits', freshMs),
      ],
    ),
  );
  const p50 = median(handedMs);
  report.aim('handed to another worker, p50', '≤ 10 ms', `${short(p50)} ms`, p50 <= 10);
}
