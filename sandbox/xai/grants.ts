import { randomUUID } from 'node:crypto';

import type { Clock } from '../../src/clock.ts';
import type { Settings } from './settings.ts';
import { fingerprint, mintJwt, mintSecret, teamIdOf } from './tokens.ts';

/** What the token endpoint answers; also what `login --import` takes. */
export interface TokenSet {
  access_token: string;
  refresh_token?: string;
  id_token?: string;
  token_type: 'Bearer';
  expires_in: number;
  scope: string;
}

/** One sign-in and everything that was minted from it. */
export interface Family {
  readonly id: string;
  readonly name: string;
  readonly teamId: string;
  readonly clientId: string;
  readonly scope: string;
  readonly signedInAt: number;
  /** 1 at sign-in, one more with each refresh. */
  generation: number;
  revoked: false | 'reuse' | 'revoked';
  /** Spent refresh tokens that came again, outside the grace. */
  reuses: number;
}

export interface AccessToken {
  readonly family: Family;
  readonly generation: number;
  readonly expiresAt: number;
  refused: boolean;
}

/** What became of a refresh token that was presented. */
export type Refreshed =
  | { kind: 'rotated' | 'kept' | 'grace'; family: Family; tokens: TokenSet }
  | { kind: 'reuse' | 'revoked' | 'wrong-client'; family: Family }
  | { kind: 'unknown' };

interface RefreshToken {
  readonly family: Family;
  readonly generation: number;
  spent?: { at: number; successor: TokenSet };
}

export interface SignIn {
  name: string;
  clientId: string;
  scope: string;
  /** Sign-ins of one team share its limits; default: a team of the name's own. */
  team?: string;
}

/** The authorization server's memory: families, their tokens, and which of them still hold. */
export class Grants {
  readonly families: Family[] = [];
  #access = new Map<string, AccessToken>();
  #refresh = new Map<string, RefreshToken>();
  readonly #issuer: () => string;
  readonly #settings: Settings;
  readonly #clock: Pick<Clock, 'now'>;

  constructor(issuer: () => string, settings: Settings, clock: Pick<Clock, 'now'>) {
    this.#issuer = issuer;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** A new family, as if a user had just agreed. */
  signIn({ name, clientId, scope, team }: SignIn): TokenSet {
    const family: Family = {
      id: randomUUID(),
      name,
      teamId: teamIdOf(team ?? `team of ${name}`),
      clientId,
      scope,
      signedInAt: this.#clock.now(),
      generation: 0,
      revoked: false,
      reuses: 0,
    };
    this.families.push(family);
    const keeps = scope.split(' ').includes('offline_access');
    return this.#mint(family, keeps ? this.#mintRefreshToken(family) : undefined);
  }

  /** Spends a refresh token. One that was spent before revokes its whole family (RFC 9700, 4.14.2). */
  refresh(token: string, clientId: string): Refreshed {
    const record = this.#refresh.get(token);
    if (record === undefined) return { kind: 'unknown' };
    const { family, spent } = record;
    if (family.clientId !== clientId) return { kind: 'wrong-client', family };
    if (spent !== undefined) {
      if (family.revoked === false && this.#clock.now() - spent.at < this.#settings.graceMs) {
        return { kind: 'grace', family, tokens: spent.successor };
      }
      family.reuses += 1;
      if (family.revoked === false) family.revoked = 'reuse';
      return { kind: 'reuse', family };
    }
    if (family.revoked !== false) return { kind: 'revoked', family };
    if (!this.#settings.overlap) this.#refuse((access) => access.family === family);
    if (!this.#settings.rotate) return { kind: 'kept', family, tokens: this.#mint(family) };
    const tokens = this.#mint(family, this.#mintRefreshToken(family));
    record.spent = { at: this.#clock.now(), successor: tokens };
    return { kind: 'rotated', family, tokens };
  }

  /** Whether the API should serve it: not expired, not refused, its family not revoked. */
  accepts({ refused, family, expiresAt }: AccessToken): boolean {
    return !refused && family.revoked === false && expiresAt > this.#clock.now();
  }

  /** What was ever minted under this text, still good or not. */
  known(token: string): AccessToken | undefined {
    return this.#access.get(token);
  }

  /** Refuses the access tokens issued so far; refresh tokens stay as they are. */
  expireAccessTokens(name?: string): void {
    this.#refuse(({ family }) => name === undefined || family.name === name);
  }

  /** Takes sign-ins back, as a user can in the account's settings. */
  revoke(name?: string): void {
    for (const family of this.families) {
      if ((name === undefined || family.name === name) && family.revoked === false) {
        family.revoked = 'revoked';
      }
    }
  }

  /** RFC 7009: whichever token is shown, its family goes. An unknown one is no error. */
  revokeToken(token: string): void {
    const family = (this.#refresh.get(token) ?? this.#access.get(token))?.family;
    if (family?.revoked === false) family.revoked = 'revoked';
  }

  /** Where a refresh token, spent or not, comes from. */
  originOf(refreshToken: string): { name: string; generation: number } | undefined {
    const record = this.#refresh.get(refreshToken);
    return record && { name: record.family.name, generation: record.generation };
  }

  #refuse(which: (access: AccessToken) => boolean): void {
    for (const access of this.#access.values()) if (which(access)) access.refused = true;
  }

  #mintRefreshToken(family: Family): string {
    const token = mintSecret('rt');
    this.#refresh.set(token, { family, generation: family.generation + 1 });
    return token;
  }

  #mint(family: Family, refreshToken?: string): TokenSet {
    const { accessTokenLifeMs } = this.#settings;
    const now = this.#clock.now();
    family.generation += 1;
    const expiresAt = now + accessTokenLifeMs;
    const seconds = { iat: Math.floor(now / 1000), exp: Math.floor(expiresAt / 1000) };
    const who = { iss: this.#issuer(), sub: `user-${fingerprint(family.name)}` };
    const accessToken = mintJwt('at+jwt', {
      ...who,
      ...seconds,
      aud: 'https://api.x.ai',
      client_id: family.clientId,
      scope: family.scope,
      team_id: family.teamId,
    });
    this.#access.set(accessToken, {
      family,
      generation: family.generation,
      expiresAt,
      refused: false,
    });
    return {
      access_token: accessToken,
      ...(refreshToken === undefined ? {} : { refresh_token: refreshToken }),
      ...(family.scope.split(' ').includes('openid')
        ? { id_token: mintJwt('JWT', { ...who, ...seconds, aud: family.clientId }) }
        : {}),
      token_type: 'Bearer',
      expires_in: accessTokenLifeMs / 1000,
      scope: family.scope,
    };
  }
}
