import { hostname } from 'node:os';

import type { OnCredentialEvent } from '../credentials/events.ts';
import { CredentialService } from '../credentials/service.ts';
import { classify } from '../grok/classify.ts';
import { credentialKeys } from './credential-keys.ts';
import type { Foundation } from './foundation.ts';

/**
 * Opens the credential service on a foundation. As a `tool` it looks and changes what it is told
 * to, and does nothing of its own accord.
 * @throws {BridgeError} `CREDENTIAL_KEY_WRONG`, `CREDENTIAL_KEY_MISSING`, `CONFIG_INVALID`,
 *   `OAUTH_ENDPOINT_REFUSED`
 */
export async function openCredentials(
  foundation: Foundation,
  { tool = false, onEvent }: { tool?: boolean; onEvent?: OnCredentialEvent } = {},
): Promise<CredentialService> {
  const { config, redis, connections, prefix, clock } = foundation;
  const guardMs = config.REFRESH_GUARD_SECONDS * 1000;
  return CredentialService.start({
    redis,
    subscriber: tool ? null : await connections.connect('grok-bridge-credentials'),
    prefix,
    dataDir: config.DATA_DIR,
    ring: credentialKeys(foundation),
    issuer: config.XAI_AUTH_URL,
    clientId: config.XAI_CLIENT_ID,
    apiKey: config.XAI_API_KEY,
    classify: (answer) => classify({ endpoint: 'token', ...answer }),
    owner: `${hostname()}-${process.pid}`,
    clock,
    timings: { guardMs },
    tool,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}
