import * as oauth from 'oauth4webapi';
import { z } from 'zod';

import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';
import { Discovery, isLoopback } from './discovery.ts';
import type { ImportedTokens } from './import.ts';
import { readTokens } from './minted.ts';
import { pause } from './waiters.ts';

export interface DeviceSignIn {
  /** The issuer (XAI_AUTH_URL). */
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  readonly clock: Clock;
  /** Shows a person where to go and what to type; `complete` has the code in it already. */
  readonly onPrompt: (prompt: {
    verificationUri: string;
    userCode: string;
    complete: string | null;
    expiresInMs: number;
  }) => void;
}

const requestMs = 15_000;
const slowDownMs = 5_000;

/**
 * Signs a person in by device code (RFC 8628): prompts, polls at the server's pace, resolves with
 * the tokens. Throws SIGN_IN_FAILED when it was denied or the code ran out, OAUTH_UNREACHABLE,
 * OAUTH_RESPONSE_INVALID, OAUTH_ENDPOINT_REFUSED, and the signal's reason.
 */
export async function deviceSignIn(
  options: DeviceSignIn,
  signal: AbortSignal,
): Promise<ImportedTokens> {
  const { issuer, clientId, scope, clock, onPrompt } = options;
  const { metadata } = await new Discovery(issuer, clock, requestMs).find();
  const client: oauth.Client = { client_id: clientId };
  const insecure = { [oauth.allowInsecureRequests]: isLoopback(new URL(issuer)) };
  const http = () => ({
    ...insecure,
    signal: AbortSignal.any([signal, AbortSignal.timeout(requestMs)]),
  });
  const device = await startDevice(metadata, client, { scope }, http());
  const endMs = clock.monotonic() + device.expires_in * 1000;
  let intervalMs = Math.max(1, device.interval ?? 5) * 1000;
  onPrompt({
    verificationUri: device.verification_uri,
    userCode: device.user_code,
    complete: device.verification_uri_complete ?? null,
    expiresInMs: device.expires_in * 1000,
  });
  for (;;) {
    await pause(clock, intervalMs, signal);
    if (clock.monotonic() > endMs) throw failed('the code ran out before anybody used it');
    const poll = await pollOnce(metadata, client, device.device_code, http()).catch(
      (error: unknown) => {
        signal.throwIfAborted();
        return error instanceof BridgeError ? error : null;
      },
    );
    // No answer: RFC 8628 section 3.5 asks for a slower pace, not for an end.
    if (poll === null) intervalMs = Math.min(intervalMs * 2, 60_000);
    else if (poll instanceof BridgeError) throw poll;
    else if (poll.kind === 'tokens') return { ...poll.tokens, clientId };
    else if (poll.kind === 'slow-down') intervalMs += slowDownMs;
  }
}

async function startDevice(
  metadata: oauth.AuthorizationServer,
  client: oauth.Client,
  parameters: Record<string, string>,
  http: { signal: AbortSignal },
): Promise<oauth.DeviceAuthorizationResponse> {
  try {
    const asked = await oauth.deviceAuthorizationRequest(
      metadata,
      client,
      oauth.None(),
      parameters,
      http,
    );
    return await oauth.processDeviceAuthorizationResponse(metadata, client, asked);
  } catch (cause) {
    http.signal.throwIfAborted();
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new BridgeError('SIGN_IN_FAILED', `the device sign-in could not be started: ${why}`, {
      cause,
    });
  }
}

const refusal = z.object({ error: z.string() });

async function pollOnce(
  metadata: oauth.AuthorizationServer,
  client: oauth.Client,
  deviceCode: string,
  http: { signal: AbortSignal },
): Promise<{ kind: 'tokens'; tokens: ImportedTokens } | { kind: 'pending' | 'slow-down' }> {
  const response = await oauth.deviceCodeGrantRequest(
    metadata,
    client,
    oauth.None(),
    deviceCode,
    http,
  );
  // The raw body first: a library's check of an id_token must not cost the tokens beside it.
  const body = await response.text();
  if (response.ok) {
    const tokens = readTokens(body);
    if (tokens === null || tokens.refreshToken === null) {
      throw new BridgeError(
        'OAUTH_RESPONSE_INVALID',
        'the sign-in brought no refresh token; ask for the scope offline_access (XAI_SCOPE)',
      );
    }
    const { accessToken, refreshToken, lifeMs, scope, team } = tokens;
    return {
      kind: 'tokens',
      tokens: { accessToken, refreshToken, expiresInMs: lifeMs, scope, team, ageKnown: true },
    };
  }
  const error = errorOf(body);
  if (error === 'authorization_pending') return { kind: 'pending' };
  if (error === 'slow_down') return { kind: 'slow-down' };
  if (response.status >= 500) throw new Error(`the server answered ${response.status}`);
  if (error === 'expired_token') throw failed('the code ran out before anybody used it');
  if (error === 'access_denied') throw failed('it was denied');
  throw failed(`the server answered ${response.status} ${error}`);
}

function errorOf(body: string): string {
  try {
    return refusal.parse(JSON.parse(body)).error.slice(0, 60);
  } catch {
    return '';
  }
}

function failed(why: string): BridgeError {
  return new BridgeError('SIGN_IN_FAILED', `the device sign-in failed: ${why}; start it again`);
}
