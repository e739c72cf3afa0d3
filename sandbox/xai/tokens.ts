import { createHash, randomBytes, randomUUID } from 'node:crypto';

/**
 * Part of every secret that this sandbox hands out: access, refresh and id tokens, device codes and
 * API keys. A test that finds it in a log, a metric, Redis or a chat has found a leak.
 */
export const TOKEN_MARKER = 'SandboxSecret';

/** A secret that says what it is for, e.g. `SandboxSecret-rt-…`. */
export function mintSecret(purpose: string): string {
  return `${TOKEN_MARKER}-${purpose}-${randomBytes(24).toString('base64url')}`;
}

/** Looks like the keys of the console: `xai-` and a long tail. */
export function mintApiKey(): string {
  return `xai-${mintSecret('key')}`;
}

/**
 * A token in the shape of a JWT. The signature is a secret, not a signature: it carries the marker,
 * and nobody can check it (`jwks_uri` names no keys).
 */
export function mintJwt(type: 'at+jwt' | 'JWT', claims: Readonly<Record<string, unknown>>): string {
  const header = encode({ alg: 'ES256', typ: type, kid: 'sandbox' });
  return `${header}.${encode({ jti: randomUUID(), ...claims })}.${mintSecret('sig')}`;
}

/** Names a secret without giving it away: stable, short, not reversible. */
export function fingerprint(secret: string): string {
  return createHash('sha256').update(secret).digest('hex').slice(0, 12);
}

/** The same text gives the same id, in the shape of those that xAI prints for teams. */
export function teamIdOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
