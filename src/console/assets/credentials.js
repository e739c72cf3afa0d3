import { advice, momentText } from './advice.js';
import { element, svg } from './dom.js';
import { ago, duration, moment, nowMs, until } from './time.js';

/** @import { CredentialView, CredentialMoment } from '../snapshot.ts' */

/**
 * A card for each credential.
 * @param {readonly CredentialView[]} credentials
 * @returns {Node[]}
 */
export function credentialCards(credentials) {
  if (credentials.length > 0) return credentials.map(card);
  return [
    element(
      'p',
      { class: 'card empty-state' },
      'No sign-in and no API key yet. ',
      element('code', {}, 'npm run login'),
      ' signs in; ',
      element('code', {}, 'XAI_API_KEY'),
      ' sets a key.',
    ),
  ];
}

/** @param {CredentialView} credential */
function card(credential) {
  const { name, kind, state, generation, refreshedAtMs } = credential;
  const { mood, means, todo } = advice[state];
  const facts = element('p', { class: 'facts' });
  if (kind === 'oauth') facts.append(element('span', {}, `generation ${generation}`));
  if (kind === 'oauth' && refreshedAtMs !== null) {
    const since = generation === 1 ? 'signed in ' : 'refreshed ';
    facts.append(element('span', {}, since, ago(refreshedAtMs)));
  }
  if (credential.reason !== '' && mood !== 'good') {
    facts.append(element('span', {}, `reason: ${credential.reason}`));
  }
  if (credential.nextAttemptAtMs !== null) {
    facts.append(element('span', {}, 'tried again ', until(credential.nextAttemptAtMs)));
  }
  if (credential.benchedUntilMs !== null) {
    facts.append(element('span', {}, 'rests, back ', until(credential.benchedUntilMs)));
  }
  return element(
    'article',
    { class: 'card credential', 'data-credential': name },
    element(
      'header',
      {},
      element('h3', {}, name),
      element('span', { class: 'kind' }, kind === 'key' ? 'API key' : 'sign-in'),
      element('span', { class: `chip is-${mood}`, 'data-state': state }, state),
    ),
    kind === 'oauth' ? scale(credential) : undefined,
    facts.childElementCount > 0 ? facts : undefined,
    kind === 'oauth' ? timeline(credential) : undefined,
    element('p', { class: 'advice' }, means, ' ', element('strong', {}, 'To do: '), todo),
  );
}

/**
 * The life of the access token, and how much of it is left.
 * @param {CredentialView} credential
 */
function scale({ expiresAtMs, refreshedAtMs, state }) {
  if (expiresAtMs === null) return undefined;
  const leftMs =
    state === 'expired' || state === 'quarantined' ? 0 : Math.max(0, expiresAtMs - nowMs());
  const bornMs = refreshedAtMs ?? expiresAtMs - 6 * 3_600_000;
  const lifeMs = Math.max(expiresAtMs - bornMs, 1);
  const share = Math.min(1, leftMs / lifeMs);
  const mood = share > 0.2 ? 'good' : share > 0.05 ? 'warn' : 'bad';
  const bar = element('div', { class: `left is-${mood}` });
  bar.style.width = `${share * 100}%`;
  const text =
    leftMs > 0
      ? `${duration(leftMs)} left of ${duration(Math.round(lifeMs / 60_000) * 60_000)}`
      : 'no access token that is taken';
  return element(
    'div',
    { class: 'scale' },
    element(
      'p',
      {},
      element('span', {}, 'Access token'),
      element('span', { class: 'amount' }, text),
    ),
    element(
      'div',
      {
        class: 'track',
        role: 'meter',
        'aria-label': 'Life left in the access token',
        'aria-valuemin': 0,
        'aria-valuemax': 100,
        'aria-valuenow': Math.round(share * 100),
        'aria-valuetext': text,
      },
      bar,
    ),
  );
}

/** What a timeline may show: the least that holds all, at most the last. */
const spans = [
  { minutes: 5, words: '5 min' },
  { minutes: 15, words: '15 min' },
  { minutes: 60, words: '60 min' },
  { minutes: 6 * 60, words: '6 h' },
  { minutes: 24 * 60, words: '24 h' },
];
const longest = { minutes: 7 * 24 * 60, words: '7 days' };

/**
 * What befell it, as dots along a line and as a list.
 * @param {CredentialView} credential
 */
function timeline({ name, past }) {
  const now = nowMs();
  const oldest = past.at(-1)?.atMs ?? now;
  const span = spans.find(({ minutes }) => minutes * 60_000 >= now - oldest) ?? longest;
  const spanMs = span.minutes * 60_000;
  const seen = past.filter(({ atMs }) => atMs >= now - spanMs);
  const drawing = svg('svg', {
    class: 'timeline',
    viewBox: '0 0 600 26',
    preserveAspectRatio: 'none',
    'aria-hidden': 'true',
  });
  drawing.append(svg('line', { class: 'line', x1: 4, x2: 596, y1: 13, y2: 13 }));
  for (const one of seen.toReversed()) {
    const x = 6 + Math.max(0, Math.min(1, 1 - (now - one.atMs) / spanMs)) * 588;
    const { mood, text } = momentText(one);
    drawing.append(
      svg(
        'line',
        { class: `dot is-${mood}`, x1: x, x2: x, y1: 13, y2: 13 },
        svg('title', {}, `${moment(one.atMs)} ${text}`),
      ),
    );
  }
  const refreshes = seen.filter(({ kind }) => kind === 'refreshed').length;
  const summary = `${refreshes === 1 ? 'one refresh' : `${refreshes} refreshes`} in the last ${span.words}`;
  return element(
    'details',
    { class: 'past', 'data-key': `past ${name}` },
    element(
      'summary',
      { 'data-key': `summary ${name}` },
      drawing,
      element(
        'span',
        { class: 'axis' },
        element('span', {}, `${span.words} ago`),
        element('span', { class: 'said' }, summary),
        element('span', {}, 'now'),
      ),
    ),
    element('ol', {}, ...past.slice(0, 12).map(momentLine)),
  );
}

/** @param {CredentialMoment} one */
function momentLine(one) {
  const { mood, text } = momentText(one);
  return element(
    'li',
    { class: `is-${mood}`, 'data-moment': one.kind },
    element('time', { datetime: new Date(one.atMs).toISOString() }, moment(one.atMs)),
    ' ',
    text,
  );
}
