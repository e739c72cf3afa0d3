import type { Check } from '../console/health.ts';
import type { Metrics } from '../console/metrics.ts';
import type { CredentialService } from '../credentials/service.ts';
import { credentialStates, type MemberStatus } from '../credentials/status.ts';
import type { Foundation } from './foundation.ts';

/** Shows the credentials in `/readyz` and `/metrics`. */
export function watchCredentials(
  { health, metrics }: Pick<Foundation, 'health' | 'metrics'>,
  credentials: CredentialService,
): void {
  health.add('credential', async () => checkOf(await credentials.status(), credentials));
  metrics.onScrape(async () => showMembers(await credentials.status(), metrics));
}

/** Sets the credentials' gauges; those of a credential that is gone go, too. */
export function showMembers(members: readonly MemberStatus[], metrics: Metrics): void {
  const { generation, credentialState, tokenRemaining, tokenMandatory } = metrics;
  for (const gauge of [generation, credentialState, tokenRemaining, tokenMandatory]) gauge.reset();
  for (const member of members) {
    const { name: credential, remainingMs, mandatoryMs } = member;
    generation.set({ credential }, member.generation);
    for (const state of credentialStates) {
      credentialState.set({ credential, state }, member.state === state ? 1 : 0);
    }
    if (remainingMs !== null) tokenRemaining.set({ credential }, remainingMs / 1000);
    if (mandatoryMs !== null) tokenMandatory.set({ credential }, mandatoryMs / 1000);
  }
}

async function checkOf(
  members: readonly MemberStatus[],
  credentials: CredentialService,
): Promise<Check> {
  const detail = Object.fromEntries(
    members.map(({ name, state, epoch, generation, remainingMs, reason }) => [
      name,
      { state, epoch, generation, remainingMs, ...(reason === '' ? {} : { reason }) },
    ]),
  );
  const gate = await credentials.gate();
  if (members.length === 0) {
    const reason = 'no Grok credential: run `npm run login`, or set XAI_API_KEY';
    return { kind: 'not-ready', reason, detail };
  }
  if (gate !== null) {
    const reason = `no Grok credential can serve (${gate.reason}): run \`npm run login\``;
    return { kind: 'not-ready', reason, detail };
  }
  return { kind: 'ready', detail };
}
