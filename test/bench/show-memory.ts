import type { Usage } from './child.ts';
import { short } from './figures.ts';
import { type Report, table } from './report.ts';
import type { Rivals } from './stage.ts';

/** Resident memory of the processes, before and after what they have done in between. */
export function showMemory(report: Report, idle: Rivals<Usage>, loaded: Rivals<Usage>): void {
  const row = (name: string, which: keyof Rivals<Usage>) => [
    name,
    short(idle[which].residentMb),
    short(loaded[which].residentMb),
  ];
  report.add(
    '### Memory of the process',
    table(
      ['', 'idle, MB', 'after the load, MB'],
      [row('bridge', 'bridge'), row('plain BullMQ', 'queued'), row('bare bot', 'bare')],
    ),
  );
}
