import type { Unfair } from '../chat/prompts.ts';
import type { Metrics } from '../console/metrics.ts';
import type { RefreshReason } from '../credentials/events.ts';
import type { InferenceClass } from '../grok/classify.ts';
import type { EndWords } from '../queue/disposition.ts';

/**
 * Begins at 0 what alerts and the dashboard count: to Prometheus, a counter that is first seen at 1 has not
 * increased (https://prometheus.io/docs/practices/instrumentation/#avoid-missing-metrics).
 */
export function beginAtZero(metrics: Metrics, platforms: readonly string[]): void {
  for (const platform of platforms) {
    metrics.refused.inc({ platform, reason: 'full' }, 0);
    for (const reason of keysOf(limits)) {
      for (const of of keysOf(scopes)) metrics.refused.inc({ platform, reason, of }, 0);
    }
    metrics.retries.inc({ platform }, 0);
    metrics.resends.inc({ platform }, 0);
    for (const outcome of keysOf(ends)) metrics.prompts.inc({ platform, outcome }, 0);
    for (const call of ['post', 'edit']) {
      for (const outcome of ['done', 'refused', 'unknown']) {
        metrics.writes.inc({ platform, call, outcome }, 0);
      }
    }
  }
  for (const what of keysOf(classes)) metrics.apiFailures.inc({ class: what }, 0);
  for (const reason of keysOf(reasons)) {
    for (const outcome of ['refreshed', 'transient', 'client-rejected', 'tier-denied']) {
      metrics.refreshes.inc({ reason, outcome }, 0);
    }
  }
  metrics.refreshes.inc({ reason: 'any', outcome: 'ambiguous' }, 0);
}

function keysOf(all: Readonly<Record<string, 0>>): string[] {
  return Object.keys(all);
}

const limits: Readonly<Record<Unfair['kind'], 0>> = { 'too-fast': 0, spent: 0 };

const scopes: Readonly<Record<Unfair['of'], 0>> = { person: 0, chat: 0, all: 0 };

const ends: Readonly<Record<EndWords | 'answered' | 'dead-letter' | 'undelivered', 0>> = {
  answered: 0,
  stopped: 0,
  quota: 0,
  entitlement: 0,
  declined: 0,
  contextTooLong: 0,
  failed: 0,
  deadline: 0,
  interrupted: 0,
  'dead-letter': 0,
  undelivered: 0,
};

const classes: Readonly<Record<InferenceClass, 0>> = {
  'bad-credentials': 0,
  'no-credentials': 0,
  'invalid-api-key': 0,
  quota: 0,
  entitlement: 0,
  'rate-limited': 0,
  safety: 0,
  'context-too-long': 0,
  'stale-reasoning': 0,
  'invalid-request': 0,
  'model-unavailable': 0,
  forbidden: 0,
  transient: 0,
};

const reasons: Readonly<Record<RefreshReason, 0>> = {
  proactive: 0,
  mandatory: 0,
  reactive: 0,
  'reactive-after-guard': 0,
  'last-resort': 0,
};
