import * as oauth from 'oauth4webapi';

import type { Clock } from '../clock.ts';
import { BridgeError } from '../errors.ts';

export interface AuthorizationServer {
  readonly issuer: string;
  readonly tokenEndpoint: URL;
  readonly metadata: oauth.AuthorizationServer;
}

const cacheMs = 3_600_000;

/** Finds the authorization server's endpoints by its discovery document; keeps them for an hour. */
export class Discovery {
  readonly #issuer: URL;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  #found: { server: AuthorizationServer; atMs: number } | null = null;

  /** Throws OAUTH_ENDPOINT_REFUSED for an issuer that is neither https nor on loopback. */
  constructor(issuer: string, clock: Clock, deadlineMs: number) {
    this.#issuer = new URL(issuer);
    this.#clock = clock;
    this.#deadlineMs = deadlineMs;
    checkEndpoint('XAI_AUTH_URL', issuer, this.#issuer);
  }

  /**
   * Throws OAUTH_UNREACHABLE or OAUTH_RESPONSE_INVALID when there is no document to be had, and
   * OAUTH_ENDPOINT_REFUSED when it names a host that is not the issuer's own.
   */
  async find(): Promise<AuthorizationServer> {
    const known = this.#found;
    if (known !== null && this.#clock.monotonic() - known.atMs < cacheMs) return known.server;
    try {
      const server = await this.#fetch();
      this.#found = { server, atMs: this.#clock.monotonic() };
      return server;
    } catch (error) {
      // What was found before is better than nothing: endpoints hardly ever move.
      if (known !== null && !(error instanceof BridgeError)) return known.server;
      throw error instanceof BridgeError ? error : unreachable(this.#issuer, error);
    }
  }

  async #fetch(): Promise<AuthorizationServer> {
    const response = await oauth.discoveryRequest(this.#issuer, {
      signal: AbortSignal.timeout(this.#deadlineMs),
      [oauth.allowInsecureRequests]: isLoopback(this.#issuer),
    });
    const metadata = await oauth.processDiscoveryResponse(this.#issuer, response);
    if (metadata.token_endpoint === undefined) {
      throw new BridgeError(
        'OAUTH_RESPONSE_INVALID',
        `the discovery document of ${this.#issuer.origin} names no token endpoint`,
      );
    }
    for (const [name, value] of Object.entries(metadata)) {
      if (name.endsWith('_endpoint') && typeof value === 'string') {
        checkEndpoint(name, value, this.#issuer);
      }
    }
    return { issuer: metadata.issuer, tokenEndpoint: new URL(metadata.token_endpoint), metadata };
  }
}

/** Throws OAUTH_ENDPOINT_REFUSED unless tokens may go there: the issuer's own host or `*.x.ai`, https, or http on loopback. */
export function checkEndpoint(name: string, value: string, issuer: URL): void {
  const url = URL.canParse(value) ? new URL(value) : null;
  const host = url?.hostname ?? '';
  const ours = host === issuer.hostname || host === 'x.ai' || host.endsWith('.x.ai');
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
  if (ours && safe) return;
  throw new BridgeError(
    'OAUTH_ENDPOINT_REFUSED',
    `${name} is ${url === null ? 'no address' : url.origin}, where no token may go: it must be ` +
      `https (or http on loopback) under ${issuer.hostname} or x.ai; check XAI_AUTH_URL`,
  );
}

export function isLoopback(url: URL): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
}

function unreachable(issuer: URL, cause: unknown): BridgeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new BridgeError(
    'OAUTH_UNREACHABLE',
    `the discovery document of ${issuer.origin} could not be read: ${why}`,
    { cause },
  );
}
