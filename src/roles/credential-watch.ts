import type { Check } from '../console/health.ts';
import type { CredentialService } from '../credentials/service.ts';
import type { MemberStatus } from '../credentials/status.ts';
import type { Foundation } from './foundation.ts';

/** Shows the credentials in `/readyz` and `/metrics`. */
export function watchCredentials(
  { health, metrics }: Pick<Foundation, 'health' | 'metrics'>,
  credentials: CredentialService,
): void {
  health.add('credential', async () => checkOf(await credentials.status(), credentials));
  metrics.onScrape(async () => {
    for (const { name: credential, remainingMs, generation } of await credentials.status()) {
      metrics.generation.set({ credential }, generation);
      if (remainingMs !== null) metrics.tokenRemaining.set({ credential }, remainingMs / 1000);
    }
  });
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
