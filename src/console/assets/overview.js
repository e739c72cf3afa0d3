import { advice } from './advice.js';
import { chart } from './chart.js';
import { element } from './dom.js';
import { latency } from './time.js';

/** @import { CredentialView, Hour, Minute, Sections, Today } from '../snapshot.ts' */

/** @typedef {'good' | 'warn' | 'bad'} Mood */

/**
 * The one line that matters, and what stands behind it.
 * @param {Sections} sections
 * @returns {{ mood: Mood, title: string, problems: readonly string[] }}
 */
export function verdict(sections) {
  /** @type {{ mood: Mood, text: string }[]} */
  const found = [];
  const { checks, platforms, credentials, queues } = sections;
  if (checks.kind === 'known') {
    for (const { name, problem } of checks.value) {
      if (problem !== undefined) found.push({ mood: 'bad', text: `${name}: ${problem}` });
    }
  }
  if (platforms.kind === 'known') {
    for (const { platform, state } of platforms.value) {
      if (state === 'gone') {
        found.push({ mood: 'bad', text: `${platform}: the process that served it is gone` });
      } else if (state === 'standby') {
        found.push({ mood: 'warn', text: `${platform}: nobody serves it yet` });
      } else if (state === 'down' && !found.some(({ text }) => text.startsWith(`${platform}:`))) {
        found.push({ mood: 'bad', text: `${platform}: not connected` });
      }
    }
  }
  if (credentials.kind === 'known') found.push(...credentials.value.flatMap(troubleOf));
  if (queues.kind === 'known' && queues.value.closedBecause !== null) {
    const text = `questions are kept: nothing can serve (${queues.value.closedBecause})`;
    if (!found.some(({ text: known }) => known.startsWith('credential:'))) {
      found.push({ mood: 'bad', text });
    }
  }
  for (const [name, section] of Object.entries(sections)) {
    if (section.kind === 'unknown') {
      found.push({ mood: 'bad', text: `${name} cannot be read: ${section.why}` });
    }
  }
  const problems = found.map(({ text }) => text);
  if (found.some(({ mood }) => mood === 'bad'))
    return { mood: 'bad', title: 'Something needs you', problems };
  if (found.length > 0) return { mood: 'warn', title: 'Something to keep an eye on', problems };
  return { mood: 'good', title: 'All is well', problems };
}

/**
 * @param {CredentialView} credential
 * @returns {{ mood: Mood, text: string }[]}
 */
function troubleOf({ name, state }) {
  const { mood, means, todo } = advice[state];
  if (mood !== 'warn' && mood !== 'bad') return [];
  return [{ mood, text: `${name} is ${state}. ${means} To do: ${todo}` }];
}

/**
 * The last hour, as three charts.
 * @param {Hour} hour
 * @param {Today | undefined} today
 * @returns {Node[]}
 */
export function charts({ minutes, replyMs, firstWordMs }, today) {
  const labels = minutes.map(({ atMs }) =>
    new Date(atMs).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' }),
  );
  const answered = sum(minutes.map((minute) => minute.answered));
  const other = sum(minutes.map((minute) => minute.other));
  const cost = sum(minutes.map(({ costUsd }) => costUsd));
  return [
    chart({
      key: 'chart answers',
      title: 'Answers',
      figure: String(answered),
      note: other === 0 ? 'in the last hour' : `in the last hour, ${other} ended otherwise`,
      kind: 'bars',
      series: [
        { name: 'answered', colour: 'accent', values: minutes.map((minute) => minute.answered) },
        { name: 'otherwise', colour: 'warn', values: minutes.map((minute) => minute.other) },
      ],
      labels,
      format: String,
      empty: 'No question in the last hour.',
    }),
    chart({
      key: 'chart latency',
      title: 'Time to the answer',
      figure: replyMs === null ? '–' : latency(replyMs.p50),
      note: latencyNote(replyMs?.p95, firstWordMs?.p50),
      kind: 'lines',
      series: [
        {
          name: 'at the 95th percentile',
          colour: 'soft',
          values: minutes.map((minute) => minute.replyMs?.p95 ?? null),
        },
        {
          name: 'median',
          colour: 'accent',
          values: minutes.map((minute) => minute.replyMs?.p50 ?? null),
        },
      ],
      labels,
      format: latency,
      empty: 'No answer in the last hour.',
    }),
    chart({
      key: 'chart cost',
      title: 'Cost',
      figure: today === undefined ? '–' : dollars(today.costUsd),
      note:
        today === undefined
          ? `${dollars(cost)} in the last hour`
          : `today (UTC), ${compact.format(today.tokens)} tokens; ${dollars(cost)} in the last hour`,
      kind: 'bars',
      series: [{ name: 'spent', colour: 'accent', values: minutes.map(({ costUsd }) => costUsd) }],
      labels,
      format: dollars,
      empty: 'The API named no cost in the last hour.',
    }),
  ];
}

/**
 * @param {number | undefined} p95
 * @param {number | undefined} first
 */
function latencyNote(p95, first) {
  if (p95 === undefined) return 'from a question to its answer shown';
  const words = first === undefined ? '' : `, first word ${latency(first)}`;
  return `median; 95th percentile ${latency(p95)}${words}`;
}

/**
 * What Grok refused in the last hour, as one line; nothing where there was nothing.
 * @param {readonly Minute[]} minutes
 * @returns {Node | undefined}
 */
export function refusals(minutes) {
  /** @type {Map<string, number>} */
  const byClass = new Map();
  for (const minute of minutes) {
    for (const [name, count] of Object.entries(minute.refusals)) {
      byClass.set(name, (byClass.get(name) ?? 0) + count);
    }
  }
  if (byClass.size === 0) return undefined;
  const chips = [...byClass].map(([name, count]) =>
    element('span', { class: 'chip is-off' }, `${name} ${count}`),
  );
  return element('p', { class: 'refusals' }, 'Refused by Grok in the last hour: ', ...chips);
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((all, value) => all + value, 0);
}

const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });

/** @param {number} usd */
function dollars(usd) {
  if (usd === 0) return '$0';
  return usd < 0.01 ? `$${usd.toPrecision(2)}` : `$${usd.toFixed(2)}`;
}
