import { z } from 'zod';

import { BridgeError } from '../errors.ts';

/** Tokens from a file or a device sign-in. */
export interface ImportedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** From now on; 0 or less when it is over already. */
  readonly expiresInMs: number;
  /** The client they were issued to, where that is known. */
  readonly clientId?: string;
  readonly scope?: string;
  readonly team?: string;
  /** Whether they were issued just now. */
  readonly ageKnown?: boolean;
}

export interface ImportResult {
  readonly tokens: ImportedTokens;
  /** Another program's store: two owners of one grant revoke each other, so say so. */
  readonly from: 'tokens' | 'hermes' | 'grok-cli';
}

const id = z.string().min(1);
const tokensShape = z.object({
  access_token: id,
  refresh_token: id,
  expires_in: z.coerce.number().finite().optional(),
  expires_at: z.union([z.number(), z.string()]).optional(),
  client_id: id.optional().catch(undefined),
  scope: z.string().optional().catch(undefined),
});
const hermesShape = z.object({
  providers: z.object({
    'xai-oauth': z.object({ tokens: z.unknown(), last_refresh: z.string().optional() }),
  }),
});
const grokEntry = z.object({
  key: id,
  refresh_token: id,
  expires_at: z.union([z.number(), z.string()]).optional(),
  oidc_client_id: id.optional().catch(undefined),
  team_id: id.optional().catch(undefined),
});

/**
 * Reads tokens out of JSON: `access_token`, `refresh_token` and `expires_in` (seconds from `nowMs`)
 * or `expires_at` (seconds, milliseconds or ISO 8601), or the store of Hermes or the Grok CLI.
 * Throws CREDENTIAL_FILE_INVALID.
 */
export function importTokens(json: string, nowMs: number): ImportResult {
  const value = parse(json);
  const hermes = hermesShape.safeParse(value);
  if (hermes.success) {
    const entry = hermes.data.providers['xai-oauth'];
    const tokens = tokensShape.safeParse(entry.tokens);
    if (!tokens.success) throw invalid('its xai-oauth entry has no access_token and refresh_token');
    // What the server said then counts from then on.
    const since = entry.last_refresh === undefined ? nowMs : Date.parse(entry.last_refresh);
    const from = Number.isNaN(since) ? nowMs : since;
    return { from: 'hermes', tokens: plain(tokens.data, from, nowMs) };
  }
  const plainTokens = tokensShape.safeParse(value);
  if (plainTokens.success) return { from: 'tokens', tokens: plain(plainTokens.data, nowMs, nowMs) };
  const entry = grokEntries(value).at(0);
  if (entry === undefined) throw invalid('it has no access_token and refresh_token');
  return {
    from: 'grok-cli',
    tokens: {
      accessToken: entry.key,
      refreshToken: entry.refresh_token,
      expiresInMs: lifeLeft(undefined, entry.expires_at, nowMs, nowMs),
      ...(entry.oidc_client_id === undefined ? {} : { clientId: entry.oidc_client_id }),
      ...(entry.team_id === undefined ? {} : { team: entry.team_id }),
    },
  };
}

function plain(tokens: z.infer<typeof tokensShape>, fromMs: number, nowMs: number): ImportedTokens {
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expiresInMs: lifeLeft(tokens.expires_in, tokens.expires_at, fromMs, nowMs),
    ...(tokens.client_id === undefined ? {} : { clientId: tokens.client_id }),
    ...(tokens.scope === undefined ? {} : { scope: tokens.scope }),
  };
}

function lifeLeft(
  expiresIn: number | undefined,
  expiresAt: number | string | undefined,
  fromMs: number,
  nowMs: number,
): number {
  if (expiresAt !== undefined) return believable(instantOf(expiresAt) - nowMs);
  if (expiresIn !== undefined) return believable(fromMs + expiresIn * 1000 - nowMs);
  throw invalid('it says neither expires_in nor expires_at');
}

/** Ends further away than a year could not be written as times. */
function believable(ms: number): number {
  return Math.min(Math.max(ms, -longestMs), longestMs);
}

const longestMs = 31_536_000_000;

/** Seconds stay under 10^11 until the year 5138, milliseconds have been over it since 1973. */
function instantOf(value: number | string): number {
  const number = typeof value === 'number' ? value : Number(value);
  if (Number.isFinite(number)) return number < 1e11 ? number * 1000 : number;
  const at = Date.parse(String(value));
  if (Number.isNaN(at)) throw invalid('its expires_at is no point in time');
  return at;
}

function grokEntries(value: unknown): z.infer<typeof grokEntry>[] {
  const scopes = z.record(z.string(), z.unknown()).safeParse(value);
  if (!scopes.success) return [];
  return Object.values(scopes.data).flatMap((entry) => {
    const parsed = grokEntry.safeParse(entry);
    return parsed.success ? [parsed.data] : [];
  });
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    throw invalid('it is not JSON');
  }
}

function invalid(what: string): BridgeError {
  return new BridgeError(
    'CREDENTIAL_FILE_INVALID',
    `the tokens could not be imported: ${what}; expected ` +
      '{"access_token":"…","refresh_token":"…","expires_in":21600}',
  );
}
