import type { Metrics } from '../console/metrics.ts';
import type { CredentialEvent } from '../credentials/events.ts';
import type { Logger } from '../log.ts';
import { noTracing, type Tracing } from '../tracing.ts';
import type { Incidents } from './incidents.ts';
import type { OwnerNotices } from './owner-notices.ts';

/**
 * Passes on what happens to credentials: to the log, to the metrics, to the console's incidents,
 * and, where it is theirs, to the owners.
 */
export function credentialNews({
  log,
  metrics,
  tracing = noTracing,
  owners,
  incidents,
}: {
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly tracing?: Tracing;
  readonly owners: Pick<OwnerNotices, 'tell'>;
  readonly incidents: Pick<Incidents, 'note'>;
}): (event: CredentialEvent) => void {
  return (event) => {
    const { kind, ...facts } = event;
    log[levelOf(event)]({ ...facts, event: kind }, `credential ${kind.replaceAll('-', ' ')}`);
    count(event, metrics);
    note(event, incidents);
    tracing.note(`credential ${kind}`, { credential: event.credential });
    tell(event, owners).catch((error: unknown) => {
      log.warn({ err: error, event: kind }, 'owners not told');
    });
  };
}

function levelOf({ kind }: CredentialEvent): 'debug' | 'info' | 'warn' | 'error' {
  switch (kind) {
    case 'adopted':
    case 'stale-retry':
    case 'resumed':
      return 'debug';
    case 'send':
    case 'refreshed':
    case 'recovered':
    case 'signed-in':
    case 'disabled':
    case 'enabled':
    case 'removed':
    case 'restored':
    case 'spill-replayed':
    case 'gate-opened':
      return 'info';
    case 'refresh-failed':
    case 'refresh-deferred':
    case 'ambiguous':
    case 'stale-commit':
    case 'commit-delayed':
    case 'cooled':
    case 'forbidden':
    case 'model-unavailable':
    case 'gate-closed':
    case 'at-only':
    case 'alert':
      return 'warn';
    case 'quarantined':
    case 'auth-loop':
    case 'rollback':
    case 'spill-unusable':
    case 'no-credentials':
      return 'error';
  }
}

/** Exchanges that went well stand in the sign-in's own history. */
function note(event: CredentialEvent, incidents: Pick<Incidents, 'note'>): void {
  const level = levelOf(event);
  const { kind: what, credential: subject, ...facts } = event;
  if (level === 'debug' || what === 'send' || what === 'refreshed') return;
  incidents.note({ level, source: 'credential', subject, what, facts });
}

function count(event: CredentialEvent, metrics: Metrics): void {
  switch (event.kind) {
    case 'send':
      metrics.refreshSends.inc();
      break;
    case 'refreshed':
      metrics.refreshes.inc({ reason: event.reason, outcome: 'refreshed' });
      metrics.exchangeSeconds.observe(event.exchangeMs / 1000);
      metrics.commitSeconds.observe(event.commitMs / 1000);
      break;
    case 'refresh-failed':
      metrics.refreshes.inc({ reason: event.reason, outcome: event.class });
      break;
    case 'ambiguous':
      metrics.refreshes.inc({ reason: 'any', outcome: 'ambiguous' });
      metrics.ambiguities.inc();
      break;
    case 'stale-retry':
      metrics.staleRetries.inc();
      break;
    case 'stale-commit':
      metrics.staleCommits.inc();
      break;
    case 'rollback':
      metrics.rollbacks.inc();
      break;
    case 'spill-replayed':
      metrics.spillsReplayed.inc();
      break;
    case 'auth-loop':
      metrics.loops.inc();
      break;
    case 'resumed':
      metrics.recoverySeconds.observe(event.tookMs / 1000);
      break;
    default:
  }
}

async function tell(event: CredentialEvent, owners: Pick<OwnerNotices, 'tell'>): Promise<void> {
  const { credential } = event;
  switch (event.kind) {
    case 'ambiguous': {
      const until = hourOf(event.deadlineMs);
      await owners.tell(`ambiguous.${credential}.${event.epoch}.${event.generation}`, (words) =>
        words.ownerAmbiguous(credential, until),
      );
      break;
    }
    case 'at-only': {
      const until = hourOf(event.untilMs);
      await owners.tell(`at-only.${credential}.${event.epoch}.${event.generation}`, (words) =>
        words.ownerSignInBy(credential, until),
      );
      break;
    }
    case 'quarantined': {
      const { reason } = event;
      await owners.tell(`lost.${credential}.${event.epoch}.${event.generation}`, (words) =>
        words.ownerSignIn(credential, reason),
      );
      break;
    }
    case 'recovered':
      await owners.tell(`recovered.${credential}.${event.epoch}.${event.generation}`, (words) =>
        words.ownerRecovered(credential),
      );
      break;
    case 'cooled':
      if (event.reason === 'entitlement' || event.reason === 'invalid-api-key') {
        const { reason } = event;
        await owners.tell(
          `${reason}.${credential}.${Math.floor(event.untilMs / 86_400_000)}`,
          (words) => words.ownerCredentialOut(credential, reason),
        );
      }
      break;
    default:
  }
}

function hourOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(11, 16)} UTC`;
}
