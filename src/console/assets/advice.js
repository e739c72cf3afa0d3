/** @import { CredentialState } from '../snapshot.ts' */

/**
 * @typedef {object} Advice
 * @property {'good' | 'busy' | 'warn' | 'bad' | 'off'} mood
 * @property {string} means
 * @property {string} todo
 */

/**
 * What a state means and what is to be done.
 * @satisfies {Record<CredentialState, Advice>}
 */
export const advice = /** @type {const} */ ({
  active: { mood: 'good', means: 'Serves.', todo: 'Nothing.' },
  refreshing: {
    mood: 'busy',
    means: 'One process is exchanging the token.',
    todo: 'Nothing.',
  },
  interrupted: {
    mood: 'busy',
    means: 'A process ended before it sent the refresh token; the next one takes over.',
    todo: 'Nothing.',
  },
  ambiguous: {
    mood: 'warn',
    means:
      'The refresh token was sent and the answer was lost. The access token serves while it lives.',
    todo: 'Sign in again before it ends, to be sure: npm run login',
  },
  waiting: {
    mood: 'busy',
    means: 'xAI did not refresh it just now; it is tried again later.',
    todo: 'Nothing.',
  },
  expired: {
    mood: 'warn',
    means: 'The access token has ended or was refused; a refresh is due with the next question.',
    todo: 'Nothing, unless it stays.',
  },
  'at-only': {
    mood: 'warn',
    means: 'The refresh token is dead; the access token still serves.',
    todo: 'Sign in again before it ends: npm run login',
  },
  quarantined: {
    mood: 'bad',
    means: 'The sign-in is dead. Questions are kept.',
    todo: 'Sign in again: npm run login',
  },
  disabled: {
    mood: 'off',
    means: 'Taken out by an operator.',
    todo: 'npm run credentials -- enable NAME brings it back.',
  },
  unknown: { mood: 'off', means: 'There is no record of it.', todo: 'Sign in: npm run login' },
});

/**
 * How a moment of a sign-in's life is told.
 * @param {{ kind: string, generation: number, detail: string }} moment
 * @returns {{ mood: 'good' | 'warn' | 'bad' | 'off', text: string }}
 */
export function momentText({ kind, generation, detail }) {
  switch (kind) {
    case 'login':
      return { mood: 'good', text: 'signed in' };
    case 'refreshed':
      return {
        mood: 'good',
        text: `refreshed to generation ${generation}${reasons[detail] ?? ''}`,
      };
    case 'failed':
      return { mood: 'warn', text: `refresh failed: ${detail}` };
    case 'resend':
      return { mood: 'warn', text: 'refresh token sent once more, its answer was lost' };
    case 'parked':
      return { mood: 'warn', text: 'waits: the answer to a refresh was lost' };
    case 'restored':
      return { mood: 'good', text: 'record restored' };
    case 'quarantined':
      return { mood: 'bad', text: `out of service: ${detail}` };
    case 'disable':
      return { mood: 'off', text: 'disabled by an operator' };
    case 'enable':
      return { mood: 'good', text: 'enabled by an operator' };
    default:
      return { mood: 'off', text: kind };
  }
}

/** @type {Readonly<Record<string, string>>} */
const reasons = {
  proactive: ', ahead of time',
  mandatory: ', before its end',
  reactive: ', because xAI refused the token',
  'reactive-after-guard': ', because xAI refused the token twice',
  manual: ', on request',
  'last-resort': ', by sending once more',
};
