import { advice } from './advice.js';
import { credentialCards } from './credentials.js';
import { byId, element, fill } from './dom.js';
import { incidentList, platformCards, processCard, queueCard } from './lists.js';
import { charts, refusals, verdict } from './overview.js';
import { listen } from './stream.js';

/** @import { SectionName, Sections, Snapshot } from '../snapshot.ts' */

/** @type {Partial<Sections>} */
const known = {};

/**
 * Each part of the page, and the sections that it is drawn from.
 * @type {readonly { id: string, from: readonly SectionName[], draw: (all: Sections) => Node[] }[]}
 */
const parts = [
  {
    id: 'platforms',
    from: ['platforms'],
    draw: ({ platforms }) => drawn(platforms, platformCards),
  },
  {
    id: 'credentials',
    from: ['credentials'],
    draw: ({ credentials }) => drawn(credentials, credentialCards),
  },
  {
    id: 'charts',
    from: ['hour', 'today'],
    draw: ({ hour, today }) =>
      drawn(hour, (value) => charts(value, today.kind === 'known' ? today.value : undefined)),
  },
  {
    id: 'refusals',
    from: ['hour'],
    draw: ({ hour }) => {
      const line = hour.kind === 'known' ? refusals(hour.value.minutes) : undefined;
      return line === undefined ? [] : [line];
    },
  },
  {
    id: 'queues',
    from: ['queues', 'about'],
    draw: ({ queues, about }) =>
      drawn(queues, (value) =>
        queueCard(value, about.kind === 'known' && about.value.hasQueueBoard),
      ),
  },
  {
    id: 'incidents',
    from: ['incidents'],
    draw: ({ incidents }) => drawn(incidents, incidentList),
  },
  {
    id: 'processes',
    from: ['processes'],
    draw: ({ processes }) => drawn(processes, processCard),
  },
];

listen({
  onSections: (sections) => {
    Object.assign(known, sections);
    if (!isWhole(known)) return;
    for (const { id, from, draw } of parts) {
      if (from.some((name) => Object.hasOwn(sections, name))) fill(byId(id), draw(known));
    }
    showVerdict(known);
    if (known.about.kind === 'known') showAbout(known.about.value);
    document.body.dataset['ready'] = 'yes';
  },
  onOpen: (isOpen) => {
    document.body.dataset['stream'] = isOpen ? 'open' : 'cut';
    byId('stream').textContent = isOpen ? 'live' : 'connection lost, trying again';
  },
});

// The life of a token passes without a message.
setInterval(() => {
  if (isWhole(known)) fill(byId('credentials'), drawn(known.credentials, credentialCards));
}, 15_000);

/**
 * @param {Partial<Sections>} sections
 * @returns {sections is Sections}
 */
function isWhole(sections) {
  return Object.keys(sections).length >= 9;
}

/**
 * @template Value
 * @param {{ kind: 'known', value: Value } | { kind: 'unknown', why: string }} section
 * @param {(value: Value) => Node[]} draw
 * @returns {Node[]}
 */
function drawn(section, draw) {
  if (section.kind === 'known') return draw(section.value);
  return [
    element('p', { class: 'card empty-state is-bad' }, `This cannot be read now: ${section.why}.`),
  ];
}

/** @param {Sections} sections */
function showVerdict(sections) {
  const { mood, title, problems } = verdict(sections);
  const box = byId('verdict');
  box.className = `verdict is-${mood}`;
  // Said to who cannot see it only when it is something else.
  if (byId('verdict-title').textContent !== title) byId('verdict-title').textContent = title;
  fill(
    byId('verdict-problems'),
    problems.length > 0
      ? problems.map((text) => element('li', {}, text))
      : [element('li', {}, summary(sections))],
  );
  document.title = mood === 'good' ? 'grok-bridge' : `${title} · grok-bridge`;
}

/** @param {Sections} sections */
function summary({ platforms, credentials, queues, processes }) {
  const up =
    platforms.kind === 'known' ? platforms.value.filter(({ state }) => state === 'up') : [];
  const serving =
    credentials.kind === 'known'
      ? credentials.value.filter(({ state }) => ['good', 'busy'].includes(advice[state].mood))
      : [];
  const waiting = queues.kind === 'known' ? queues.value.prompts : 0;
  const here = processes.kind === 'known' ? processes.value.filter(({ isHere }) => isHere) : [];
  return [
    count(up.length, 'platform up', 'platforms up'),
    count(serving.length, 'account serves', 'accounts serve'),
    count(waiting, 'question in hand', 'questions in hand'),
    count(here.length, 'process', 'processes'),
  ].join(' · ');
}

/**
 * @param {number} value
 * @param {string} one
 * @param {string} many
 */
function count(value, one, many) {
  return `${value} ${value === 1 ? one : many}`;
}

/** @param {Snapshot['about']} about */
function showAbout({ version, model, hasPlayground, hasQueueBoard }) {
  byId('version').textContent = `version ${version}, ${model}`;
  byId('to-playground').hidden = !hasPlayground;
  byId('to-queues').hidden = !hasQueueBoard;
}
