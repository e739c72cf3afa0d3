import type { Faults } from '../../sandbox/faults.ts';
import { XaiSandbox } from '../../sandbox/xai/sandbox.ts';
import { CertifiedServer } from './credential-certified-server.ts';

/** An authorization server that rotates and revokes, as the soak needs it. */
export interface SoakedServer extends AsyncDisposable {
  readonly issuer: string;
  readonly clientId: string;
  readonly faults: Faults;
  /** Tokens as if the owner had just agreed; once in a soak. */
  signIn(): Promise<{ access: string; refresh: string }>;
  /** Whether the API would answer a request with that token. */
  accepts(access: string): Promise<boolean>;
  /** Refuses the access tokens issued so far; the refresh token stays good. */
  expireAccessTokens(): Promise<void>;
  /** Whether the newest token request rotated; true before the first. */
  lastRotated(): boolean;
  /** What it counted: generations of the sign-in, answers that rotated, and spent tokens that came again. */
  tally(): { generation: number; rotations: number; reuses: number };
}

/** Each server the soak runs on, its access tokens living for `lifeMs`. */
export const soakedServers: Record<string, (lifeMs: number) => Promise<SoakedServer>> = {
  'the sandbox’s server': async (lifeMs) => soakSandbox(lifeMs),
  'oidc-provider': async (lifeMs) => soakCertified(lifeMs),
};

async function soakSandbox(accessTokenLifeMs: number): Promise<SoakedServer> {
  const xai = await XaiSandbox.start({ accessTokenLifeMs });
  return {
    issuer: xai.authUrl,
    clientId: xai.clientId,
    faults: xai.faults,
    signIn: async () => {
      const { access_token: access, refresh_token: refresh } = xai.signIn();
      return { access, refresh };
    },
    accepts: async (access) => {
      const headers = { authorization: `Bearer ${access}` };
      return (await fetch(`${xai.apiUrl}/models`, { headers })).status === 200;
    },
    expireAccessTokens: async () => xai.expireAccessTokens(),
    lastRotated: () => (xai.tokenLog.at(-1)?.outcome ?? 'rotated') === 'rotated',
    tally: () => ({
      generation: xai.families[0]?.generation ?? 0,
      rotations: xai.tokenLog.filter(({ outcome }) => outcome === 'rotated').length,
      reuses: xai.families.filter(({ revoked }) => revoked !== false).length,
    }),
    [Symbol.asyncDispose]: async () => xai[Symbol.asyncDispose](),
  };
}

async function soakCertified(lifeMs: number): Promise<SoakedServer> {
  const server = await CertifiedServer.start(lifeMs / 1_000);
  return {
    issuer: server.issuer,
    clientId: server.clientId,
    faults: server.faults,
    signIn: async () => server.signIn(),
    accepts: async (access) => server.accepts(access),
    expireAccessTokens: async () => server.expireAccessTokens(),
    lastRotated: () => server.lastRotated,
    tally: () => ({
      generation: server.minted.tokens,
      rotations: server.minted.rotations,
      reuses: server.seen.revoked,
    }),
    [Symbol.asyncDispose]: async () => server[Symbol.asyncDispose](),
  };
}
