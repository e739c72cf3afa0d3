import type { Usage } from './child.ts';
import { short } from './figures.ts';
import { type Report, table } from './report.ts';

type Both = Readonly<Record<'bridge' | 'bare', Usage>>;

/** Resident memory of the processes, before and after what they have done in between. */
export function showMemory(report: Report, idle: Both, loaded: Both): void {
  const row = (name: string, which: keyof Both) => [
    name,
    short(idle[which].residentMb),
    short(loaded[which].residentMb),
  ];
  report.add(
    '### Memory of the process',
    table(
      ['', 'idle, MB', 'after the load, MB'],
      [row('bridge', 'bridge'), row('bare bot', 'bare')],
    ),
  );
}
