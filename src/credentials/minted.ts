import { z } from 'zod';

import type { KeyRing } from './key-ring.ts';
import type { CredentialRecord } from './record.ts';
import type { Fields } from './replies.ts';
import { scheduleOf } from './schedule.ts';
import { seal, unseal } from './seal.ts';
import type { CredentialTimings } from './timings.ts';

/** What a token endpoint gave us, or somebody imported. */
export interface MintedTokens {
  readonly accessToken: string;
  /** null: the server kept the old one in force. */
  readonly refreshToken: string | null;
  readonly lifeMs: number;
  readonly scope: string;
  readonly team: string;
  /** The server named a life that is over, or less than a second; an hour is assumed. */
  readonly lifeDoubtful: boolean;
}

const answer = z.object({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish().catch(null),
  expires_in: z.coerce.number().finite().nullish().catch(null),
  scope: z.string().nullish().catch(null),
});

const claims = z.object({
  exp: z.number().optional().catch(undefined),
  iat: z.number().optional().catch(undefined),
  team_id: z.string().optional().catch(undefined),
});

const assumedLifeMs = 3_600_000;
/** Longer lives than a year are not believed: their ends could not be written as times. */
const longestLifeS = 31_536_000;

/** The tokens in a raw answer; null when there is no access token in it. Checks nothing else. */
export function readTokens(body: string): MintedTokens | null {
  const parsed = answer.safeParse(parseJson(body));
  if (!parsed.success) return null;
  const { access_token, refresh_token, expires_in, scope } = parsed.data;
  const told = claimsOf(access_token);
  const lifeS =
    expires_in ?? (told.exp !== undefined && told.iat !== undefined ? told.exp - told.iat : null);
  const doubtful = lifeS !== null && lifeS < 1;
  return {
    accessToken: access_token,
    refreshToken: refresh_token ?? null,
    lifeMs: lifeS === null || doubtful ? assumedLifeMs : Math.min(lifeS, longestLifeS) * 1000,
    scope: scope ?? '',
    team: told.team_id ?? '',
    lifeDoubtful: doubtful,
  };
}

/** What an unsigned look into a JWT tells; nothing is decided by it but a missing lifetime and the team. */
export function claimsOf(token: string): z.infer<typeof claims> {
  const payload = token.split('.')[1];
  if (payload === undefined) return {};
  const parsed = claims.safeParse(parseJson(Buffer.from(payload, 'base64url').toString('utf8')));
  return parsed.success ? parsed.data : {};
}

/** Seals tokens for one generation, with their times by Redis' clock. */
export function sealTokens(
  ring: KeyRing,
  slot: { name: string; epoch: number; generation: number },
  tokens: MintedTokens & { readonly refreshToken: string },
  times: { issuedAtMs: number; ageKnown: boolean },
  limits: Pick<CredentialTimings, 'mandatoryMs'>,
): Fields {
  const issuedAtMs = Math.round(times.issuedAtMs);
  const lifeMs = Math.round(tokens.lifeMs);
  const plan = scheduleOf({ ...slot, issuedAtMs, lifeMs }, limits);
  return {
    at_ct: seal(ring, { kind: 'token', ...slot, token: 'at' }, tokens.accessToken),
    rt_ct: seal(ring, { kind: 'token', ...slot, token: 'rt' }, tokens.refreshToken),
    kid: ring.active.id,
    at_fp: ring.fingerprint(tokens.accessToken),
    rt_fp: ring.fingerprint(tokens.refreshToken),
    iss_ms: issuedAtMs,
    exp_ms: issuedAtMs + lifeMs,
    life_ms: lifeMs,
    minted_ms: times.ageKnown ? issuedAtMs : 0,
    due_ms: plan.dueAtMs,
    mand_ms: plan.mandatoryAtMs,
    ...(tokens.scope === '' ? {} : { scope: tokens.scope }),
    ...(tokens.team === '' ? {} : { team: tokens.team }),
  };
}

/** Opens one of a record's tokens; throws CREDENTIAL_KEY_WRONG. */
export function openToken(
  ring: KeyRing,
  name: string,
  record: CredentialRecord,
  token: 'at' | 'rt',
): string {
  const { epoch, generation } = record;
  const sealed = token === 'at' ? record.accessSealed : record.refreshSealed;
  return unseal(ring, { kind: 'token', name, epoch, generation, token }, sealed);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
