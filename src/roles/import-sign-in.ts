import { importTokens } from '../credentials/import.ts';
import { openCredentials } from './credential-service.ts';
import type { Foundation } from './foundation.ts';

/** Stores a sign-in as `main` before anything else runs: what the sandbox does in place of a person. */
export async function importSignIn(foundation: Foundation, json: string): Promise<void> {
  await using service = await openCredentials(foundation, { tool: true });
  await service.signIn('main', importTokens(json, foundation.clock.now()).tokens);
}
