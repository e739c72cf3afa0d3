import { pino } from 'pino';
import { expect, test } from 'vitest';

import { Metrics } from '../../src/console/metrics.ts';
import type { CredentialEvent } from '../../src/credentials/events.ts';
import { credentialNews } from '../../src/roles/credential-news.ts';

const credential = 'main';
const counted: readonly (readonly [string, CredentialEvent])[] = [
  ['refresh_sends_total', { credential, kind: 'send', reason: 'proactive', generation: 1 }],
  ['stale_retries_total', { credential, kind: 'stale-retry', generation: 1 }],
  ['store_rollbacks_total', { credential, kind: 'rollback', stored: '1.1', seen: '1.2' }],
  ['stale_commits_total', { credential, kind: 'stale-commit', generation: 1 }],
  ['ambiguities_total', { credential, kind: 'ambiguous', deadlineMs: 0, epoch: 1, generation: 1 }],
  ['spills_replayed_total', { credential, kind: 'spill-replayed', generation: 2 }],
  ['auth_loops_total', { credential, kind: 'auth-loop', epoch: 1, generation: 1 }],
  ['recovery_seconds_count', { credential, kind: 'resumed', tookMs: 40 }],
];

function news(): { metrics: Metrics; tell: (event: CredentialEvent) => void } {
  const metrics = new Metrics();
  const owners = { tell: async () => undefined };
  const log = pino({ level: 'silent' });
  return { metrics, tell: credentialNews({ log, metrics, owners, incidents: { note() {} } }) };
}

test.each(counted)('%s counts what it says', async (name, event) => {
  const { metrics, tell } = news();
  expect(await metrics.text()).toContain(`grok_bridge_${name} 0`);
  tell(event);
  expect(await metrics.text()).toContain(`grok_bridge_${name} 1`);
});

test('a refresh is timed in its parts, and the measure of each is in seconds', async () => {
  const { metrics, tell } = news();
  const times = { tookMs: 330, exchangeMs: 300, commitMs: 20 };
  tell({
    credential,
    kind: 'refreshed',
    reason: 'reactive',
    generation: 2,
    rotated: true,
    ...times,
  });
  tell({ credential, kind: 'resumed', tookMs: 350 });
  const text = await metrics.text();
  expect(text).toContain('grok_bridge_exchange_seconds_sum 0.3');
  expect(text).toContain('grok_bridge_commit_seconds_sum 0.02');
  expect(text).toContain('grok_bridge_recovery_seconds_sum 0.35');
});
