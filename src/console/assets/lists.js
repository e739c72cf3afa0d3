import { element } from './dom.js';
import { ago, moment } from './time.js';

/** @import { Incident, PlatformView, ProcessView, QueuesView } from '../snapshot.ts' */

/**
 * @param {readonly PlatformView[]} platforms
 * @returns {Node[]}
 */
export function platformCards(platforms) {
  if (platforms.length === 0) {
    return [element('p', { class: 'card empty-state' }, 'No bridge has come up here yet.')];
  }
  return platforms.map(
    ({ platform, account, displayName, state, lastEventAtMs, process, standbys }) =>
      element(
        'article',
        { class: 'card platform', 'data-platform': platform, title: account },
        element(
          'header',
          {},
          element('h3', {}, titleOf(platform)),
          element('span', { class: 'kind' }, displayName),
          element('span', { class: `chip is-${platformMoods[state]}`, 'data-state': state }, state),
        ),
        element(
          'p',
          { class: 'facts' },
          lastEventAtMs === null
            ? element('span', {}, 'nothing heard yet')
            : element('span', {}, 'last event ', ago(lastEventAtMs)),
          element('span', {}, `served by ${process}`),
          standbys > 0 ? element('span', {}, `${standbys} standing by`) : undefined,
        ),
      ),
  );
}

/** @type {Record<PlatformView['state'], string>} */
const platformMoods = { up: 'good', down: 'bad', standby: 'warn', gone: 'bad' };

/**
 * @param {QueuesView} queues
 * @param {boolean} hasBoard
 * @returns {Node[]}
 */
export function queueCard(queues, hasBoard) {
  const { prompts, conversations, oldestAtMs, deadLetters, turns } = queues;
  const rows = turns.map(({ queue, waiting, active, delayed, failed }) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row', title: queue }, queueName(queue)),
      ...[waiting, active, delayed, failed].map((count) =>
        element('td', { class: count === 0 ? 'is-zero' : undefined }, String(count)),
      ),
    ),
  );
  return [
    element(
      'div',
      { class: 'card' },
      element(
        'dl',
        { class: 'numbers' },
        number('Questions', prompts, 'waiting or being answered'),
        number('Conversations', conversations, 'with a question'),
        element(
          'div',
          {},
          element('dt', {}, 'Oldest'),
          element('dd', {}, oldestAtMs === null ? '–' : ago(oldestAtMs)),
        ),
        number('Set aside', deadLetters, 'could not be worked on'),
      ),
      element(
        'div',
        { class: 'table' },
        element(
          'table',
          {},
          element('caption', { class: 'hidden' }, 'Turns in each queue'),
          element(
            'thead',
            {},
            element(
              'tr',
              {},
              ...['queue', 'waiting', 'active', 'delayed', 'failed'].map((name) =>
                element('th', { scope: 'col' }, name),
              ),
            ),
          ),
          element('tbody', {}, ...rows),
        ),
      ),
      hasBoard
        ? element('p', { class: 'fine' }, element('a', { href: '/queues' }, 'Every turn in detail'))
        : undefined,
    ),
  ];
}

/**
 * The queue of an account's replies is named by its platform; the whole name stands in its title.
 * @param {string} queue
 */
function queueName(queue) {
  return queue.replace(/^replies-([a-z]+)-.*?(.{0,4})$/, 'replies, $1 …\u2060$2');
}

/**
 * @param {string} name
 * @param {number} value
 * @param {string} title
 */
function number(name, value, title) {
  return element(
    'div',
    { title },
    element('dt', {}, name),
    element('dd', {}, value.toLocaleString('en')),
  );
}

/**
 * @param {readonly Incident[]} incidents
 * @returns {Node[]}
 */
export function incidentList(incidents) {
  if (incidents.length === 0) {
    return [
      element('p', { class: 'card empty-state' }, 'Nothing has happened that is worth telling.'),
    ];
  }
  return [
    element(
      'ol',
      { class: 'card incidents' },
      ...incidents.map((incident) =>
        element(
          'li',
          { class: `is-${moodOf(incident)}`, 'data-incident': incident.what },
          element(
            'time',
            { datetime: new Date(incident.atMs).toISOString() },
            moment(incident.atMs),
          ),
          element(
            'p',
            {},
            element('strong', {}, incident.subject === '' ? 'Grok' : incident.subject),
            ` ${told[incident.what] ?? incident.what.replaceAll('-', ' ')}`,
            incident.times > 1
              ? element('span', { class: 'times' }, ` ×${incident.times}`)
              : undefined,
            element('span', { class: 'fine' }, factsOf(incident)),
          ),
        ),
      ),
    ),
  ];
}

/**
 * What is said of the subject; of other codes, the code itself.
 * @type {Readonly<Record<string, string>>}
 */
const told = {
  started: 'has started',
  stopped: 'has stopped',
  taken: 'is served',
  'given-up': 'is left to another process',
  disconnected: 'has lost its connection',
  connected: 'is connected again',
  'signed-in': 'is signed in',
  recovered: 'works again',
  ambiguous: 'got no answer to a refresh',
  'at-only': 'is refreshed no more; its token still serves',
  quarantined: 'is dead: sign in again',
  'refresh-failed': 'could not be refreshed',
  'refresh-deferred': 'is refreshed later',
  cooled: 'is spared for a while',
  forbidden: 'may not use a model',
  'model-unavailable': 'does not have a model',
  'gate-closed': 'cannot be asked: questions are kept',
  'gate-opened': 'can be asked again: kept questions are answered',
  'auth-loop': 'is refused with new tokens, too',
  'no-credentials': 'cannot be asked: there is no sign-in and no key',
  'dead-letter': 'had a question that could not be worked on',
};

/** @param {Incident} incident */
function moodOf({ level, what }) {
  if (level === 'error') return 'bad';
  if (level === 'warn') return 'warn';
  return /^(recovered|connected|taken|signed-in|gate-opened|enabled|restored)$/.test(what)
    ? 'good'
    : 'off';
}

/** @param {Incident} incident */
function factsOf({ facts }) {
  return Object.entries(facts)
    .map(([name, value]) => {
      if (typeof value === 'number' && /^(until|deadline)Ms$/.test(name)) {
        return `${name.slice(0, -2)} ${moment(value)}`;
      }
      if (typeof value === 'number' && name.endsWith('Ms')) {
        return `${words(name.slice(0, -2))} ${Math.round(value / 1000)} s`;
      }
      return `${words(name)} ${value}`;
    })
    .join(', ');
}

/** @param {string} name */
function words(name) {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/**
 * @param {readonly ProcessView[]} processes
 * @returns {Node[]}
 */
export function processCard(processes) {
  return [
    element(
      'ul',
      { class: 'card processes' },
      ...processes.map(({ sides, host, pid, startedAtMs, rssBytes, isHere, isThis }) =>
        element(
          'li',
          { class: isHere ? 'is-good' : 'is-bad' },
          element(
            'p',
            {},
            element('strong', {}, sides === 'both' ? 'bridge and worker' : sides),
            isThis ? element('span', { class: 'kind' }, 'this one') : undefined,
            isHere ? undefined : element('span', { class: 'chip is-bad' }, 'gone'),
          ),
          element(
            'p',
            { class: 'fine' },
            `${host} ${pid}, ${Math.round(rssBytes / 1024 / 1024)} MB, started `,
            ago(startedAtMs),
          ),
        ),
      ),
    ),
  ];
}

/** @param {string} platform */
function titleOf(platform) {
  return platform.charAt(0).toUpperCase() + platform.slice(1);
}
