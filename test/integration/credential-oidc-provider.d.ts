/** As much of the package as the tests use; it brings no declarations of its own. */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  interface Saved {
    save(ttlS?: number): Promise<string>;
  }
  interface Grant extends Saved {
    addOIDCScope(scope: string): void;
  }
  type Made = { accountId: string; client: object; grantId: string; scope: string; gty: string };

  export class Provider {
    constructor(issuer: string, configuration: object);
    readonly Client: { find(id: string): Promise<object> };
    readonly Grant: (new (of: { accountId: string; clientId: string }) => Grant) & {
      find(id: string): Promise<{ destroy(): Promise<void> } | undefined>;
    };
    readonly RefreshToken: new (of: Made) => Saved;
    readonly AccessToken: (new (of: Made) => Saved) & {
      find(value: string): Promise<{ destroy(): Promise<void> } | undefined>;
    };
    callback(): (request: IncomingMessage, response: ServerResponse) => void;
    on(event: 'grant.error', listener: (context: unknown, error: Error) => void): void;
    on(event: string, listener: (token: { readonly jti: string }) => void): void;
  }
}
