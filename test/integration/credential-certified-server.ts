import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';

import { Provider } from 'oidc-provider';

import { type Fault, Faults } from '../../sandbox/faults.ts';
import { systemClock } from '../../src/clock.ts';
import { freePort } from '../redis-server.ts';

const scope = 'openid offline_access';

/**
 * oidc-provider, a certified authorization server, set to rotate refresh tokens; one that comes twice
 * revokes its grant. It counts, and fails how it is told to, before or after it has decided.
 */
export class CertifiedServer implements AsyncDisposable {
  readonly clientId = 'bridge';
  readonly issuer: string;
  readonly faults = new Faults();
  /** Token requests, those that met a fault included, and grants that were revoked. */
  readonly seen = { refreshes: 0, revoked: 0 };
  /** Refresh tokens that were handed out, and token requests that were answered with tokens. */
  readonly minted = { tokens: 0, rotations: 0 };
  /** The errors that token requests were answered with. */
  readonly refusals: string[] = [];
  /** Whether the newest token request rotated; true before the first. */
  lastRotated = true;
  readonly #provider: Provider;
  readonly #http: Server;
  readonly #access = new Set<string>();
  readonly #grants: string[] = [];

  private constructor(issuer: string, accessLifeS: number) {
    this.issuer = issuer;
    this.#provider = new Provider(issuer, {
      clients: [
        {
          client_id: this.clientId,
          token_endpoint_auth_method: 'none',
          grant_types: ['authorization_code', 'refresh_token'],
          response_types: ['code'],
          redirect_uris: ['http://127.0.0.1/callback'],
          application_type: 'native',
        },
      ],
      rotateRefreshToken: true,
      features: { devInteractions: { enabled: false } },
      findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
      ttl: { AccessToken: accessLifeS, RefreshToken: 86_400, Grant: 86_400 },
    });
    this.#provider.on('grant.revoked', () => {
      this.seen.revoked += 1;
    });
    this.#provider.on('refresh_token.saved', () => {
      this.minted.tokens += 1;
    });
    this.#provider.on('grant.success', () => {
      this.minted.rotations += 1;
      this.lastRotated = true;
    });
    this.#provider.on('grant.error', (_, error) => this.refusals.push(error.message));
    this.#provider.on('access_token.saved', (token) => this.#access.add(token.jti));
    const serve = this.#provider.callback();
    this.#http = createServer((incoming, response) => {
      void this.#meet(incoming, response).then((served) => {
        if (served) serve(incoming, response);
      });
    });
  }

  /** Starts one whose access tokens live for `accessLifeS`. */
  static async start(accessLifeS = 3_600): Promise<CertifiedServer> {
    const port = await freePort();
    const server = new CertifiedServer(`http://127.0.0.1:${port}`, accessLifeS);
    server.#http.listen(port, '127.0.0.1');
    await once(server.#http, 'listening');
    return server;
  }

  /** Tokens as if the owner had just agreed. */
  async signIn(): Promise<{ access: string; refresh: string }> {
    const client = await this.#provider.Client.find(this.clientId);
    const grant = new this.#provider.Grant({ accountId: 'owner', clientId: this.clientId });
    grant.addOIDCScope(scope);
    const grantId = await grant.save();
    this.#grants.push(grantId);
    const of = { accountId: 'owner', client, grantId, scope, gty: 'authorization_code' };
    return {
      access: await new this.#provider.AccessToken(of).save(),
      refresh: await new this.#provider.RefreshToken(of).save(),
    };
  }

  /** Whether an access token is one of this server's, not over, and not refused. */
  async accepts(access: string): Promise<boolean> {
    return (await this.#provider.AccessToken.find(access)) !== undefined;
  }

  /** Takes back what was agreed so far: `invalid_grant` from now on. */
  async revokeGrants(): Promise<void> {
    for (const id of this.#grants.splice(0)) {
      await (await this.#provider.Grant.find(id))?.destroy();
    }
  }

  /** Refuses the access tokens issued so far; refresh tokens stay as they are. */
  async expireAccessTokens(): Promise<void> {
    for (const value of this.#access) {
      await (await this.#provider.AccessToken.find(value))?.destroy();
    }
    this.#access.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#http.closeAllConnections();
    this.#http.close();
    await once(this.#http, 'close');
  }

  /** Counts a token request and lets the fault that is due befall it; whether it is served after all. */
  async #meet(incoming: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (incoming.method !== 'POST') return true;
    this.seen.refreshes += 1;
    this.lastRotated = false;
    const fault = this.faults.take(`POST ${incoming.url}`);
    return fault === undefined || befall(fault, incoming, response);
  }
}

async function befall(
  fault: Fault,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  switch (fault.kind) {
    case 'drop-before':
      incoming.socket.destroy();
      return false;
    case 'drop-after':
      response.end = () => {
        incoming.socket.destroy();
        return response;
      };
      return true;
    case 'status':
      response.writeHead(fault.status, fault.headers ?? {}).end(fault.body ?? '');
      return false;
    case 'hang':
      await systemClock.sleep(fault.ms ?? 60_000);
      return true;
    case 'cut-stream':
    case 'stall-stream':
      throw new Error('an authorization server streams nothing');
  }
}
