import { percentile, short } from './figures.ts';
import type { Way } from './plain-refresh.ts';
import { type Event, RefreshFleet } from './refresh-fleet.ts';
import { machine, Report, table } from './report.ts';

/**
 * What it costs a fleet when its access token is refused: `npm run bench:refresh` prints it and puts
 * it into docs/credentials-measured.md.
 */
const document = new URL('../../docs/credentials-measured.md', import.meta.url);
const workers = 1000;
const exchanges = [300, 3000];
const plainProcesses = 4;
const plain: readonly (readonly [string, Way])[] = [
  ['lock, SET NX PX 2 s', { kind: 'lock', lifeMs: 2000 }],
  ['lock, SET NX PX 10 s', { kind: 'lock', lifeMs: 10_000 }],
  ['one refresh a process', { kind: 'process' }],
];

const report = new Report();
const rows: string[][] = [];
const unread = { p50: NaN, p99: NaN };
let read = { ready: unread, acquired: unread };
let worstP99 = -Infinity;
let floorP99 = -Infinity;
let mostCalls = 0;
let mostCommands = 0;

for (const processes of [1, 4, 8]) {
  await using fleet = await RefreshFleet.start(processes);
  if (processes === 1) {
    report.add(await machine(fleet.redis));
    await fleet.event(workers, 0);
    read = await fleet.read();
  } else {
    // Cold processes compile what they run for the first time.
    await fleet.event(workers, 0);
  }
  for (const exchangeMs of exchanges) {
    const events: Event[] = [];
    for (let n = 0; n < 3; n += 1) events.push(await fleet.event(workers, exchangeMs));
    rows.push(rowOf('credential service', processes, exchangeMs, events));
    const control: Event[] = [];
    for (let n = 0; n < 2; n += 1) {
      control.push(await fleet.event(workers, exchangeMs, { kind: 'control', waitMs: exchangeMs }));
    }
    rows.push(rowOf('control: no refresh at all', processes, exchangeMs, control));
    floorP99 = Math.max(floorP99, percentile(overOf(control), 0.99));
    worstP99 = Math.max(worstP99, percentile(overOf(events), 0.99));
    mostCalls = Math.max(mostCalls, ...events.map(({ tokenCalls }) => tokenCalls));
    const perProcess = events.map(({ commands }) => commands / processes);
    mostCommands = Math.max(mostCommands, ...perProcess);
  }
  if (processes !== plainProcesses) continue;
  for (const [name, way] of plain) {
    for (const exchangeMs of exchanges) {
      const event = await fleet.event(workers, exchangeMs, way);
      rows.push(rowOf(name, processes, exchangeMs, [event]));
    }
  }
}

report.add(
  `${workers} workers in some processes are refused at the same time (three events each; the plain ways one). Recovery: from a worker's own 403 to its 200, less the exchange.`,
  table(
    [
      '',
      'processes',
      'exchange',
      'token calls',
      'recovery p50, ms',
      'p99, ms',
      'Redis commands',
      'workers that failed',
      'sign-in',
    ],
    rows,
  ),
  `A token from memory: p50 ${short(read.ready.p50)} ns, p99 ${short(read.ready.p99)} ns; by the asynchronous call p50 ${short(read.acquired.p50)} ns, p99 ${short(read.acquired.p99)} ns (the timer's own cost included).`,
);
report.aim('token calls for one event', '1', String(mostCalls), mostCalls === 1);
report.aim(
  'recovery p99, worst case',
  '≤ 250 ms',
  `${short(worstP99)} ms (control ${short(floorP99)})`,
  worstP99 <= 250,
);
report.aim(
  'Redis commands for one event',
  '≤ 40 × processes',
  `${short(mostCommands)} ×`,
  mostCommands <= 40,
);
for (const [what, { p99 }, limit] of [
  ['token from memory, p99', read.ready, 2],
  ['the same, asynchronously, p99', read.acquired, 5],
] as const) {
  report.aim(what, `≤ ${limit} µs`, `${short(p99 / 1000)} µs`, p99 <= limit * 1000);
}
report.addAims();
await report.write(document, 'bench');

function overOf(events: readonly Event[]): number[] {
  return events.flatMap(({ overMs }) => overMs);
}

function rowOf(
  name: string,
  processes: number,
  exchangeMs: number,
  events: readonly Event[],
): string[] {
  const over = overOf(events);
  const all = (of: (event: Event) => number) => [...new Set(events.map(of))].join(', ');
  return [
    name,
    String(processes),
    `${exchangeMs / 1000} s`,
    all(({ tokenCalls }) => tokenCalls),
    short(percentile(over, 0.5)),
    short(percentile(over, 0.99)),
    all(({ commands }) => commands),
    all(({ failed }) => failed),
    events.every(({ isSignedIn }) => isSignedIn) ? 'kept' : '**lost**',
  ];
}
