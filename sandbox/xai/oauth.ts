import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

import { cut, meetFault } from './meet-fault.ts';
import { DEVICE_GRANT, serveTokens, type TokenEndpoint } from './token-endpoint.ts';

/** What a sign-in may ask for; anything else is `invalid_scope`. */
export const SCOPES = [
  'openid',
  'profile',
  'email',
  'offline_access',
  'grok-cli:access',
  'api:access',
  'conversations:read',
  'conversations:write',
  'workspaces:read',
  'workspaces:write',
  'team:read',
];

/** The authorization server: discovery, the device flow, tokens and their revocation. Forms only. */
export function serveOAuth(app: FastifyInstance, parts: TokenEndpoint, issuer: () => string): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, body, done) => {
      done(null, Object.fromEntries(new URLSearchParams(body.toString())));
    },
  );
  serveTokens(app, parts);
  const { clientId, devices, grants, faults, journal, settings, clock } = parts;

  async function unlessFaulty(
    request: FastifyRequest,
    reply: FastifyReply,
    respond: () => { status: number; body: object },
  ): Promise<FastifyReply> {
    const { over, fault } = await meetFault(faults, request, reply);
    if (over) return reply;
    const { status, body } = respond();
    if (fault?.kind === 'drop-after') {
      cut(reply);
      return reply;
    }
    return reply.code(status).send(body);
  }

  app.get('/.well-known/openid-configuration', (request, reply) =>
    unlessFaulty(request, reply, () => ({ status: 200, body: metadata(issuer()) })),
  );

  app.get('/.well-known/jwks.json', (request, reply) =>
    unlessFaulty(request, reply, () => ({ status: 200, body: { keys: [] } })),
  );

  app.post('/oauth2/device/code', (request, reply) =>
    unlessFaulty(request, reply, () => {
      const form = deviceForm.safeParse(request.body ?? {}).data;
      if (form?.client_id === undefined) return refused(400, 'invalid_request');
      if (form.client_id !== clientId) return refused(401, 'invalid_client');
      const scope = form.scope ?? 'openid';
      if (!scope.split(' ').every((part) => SCOPES.includes(part))) {
        return refused(400, 'invalid_scope');
      }
      const { deviceCode, device } = devices.start(clientId, scope);
      journal.changed();
      const page = `${issuer()}/oauth2/device`;
      return {
        status: 200,
        body: {
          device_code: deviceCode,
          user_code: device.userCode,
          verification_uri: page,
          verification_uri_complete: `${page}?user_code=${device.userCode}`,
          expires_in: Math.round((device.expiresAt - clock.now()) / 1000),
          interval: settings.devicePollMs / 1000,
        },
      };
    }),
  );

  app.post('/oauth2/revoke', (request, reply) =>
    unlessFaulty(request, reply, () => {
      const form = revokeForm.safeParse(request.body ?? {}).data;
      if (form?.client_id !== clientId) return refused(401, 'invalid_client');
      grants.revokeToken(form.token);
      return { status: 200, body: {} };
    }),
  );

  app.get('/oauth2/device', async (request, reply) => {
    const { user_code: userCode } = pageQuery.parse(request.query);
    return reply.type('text/html; charset=utf-8').send(page(userCode));
  });

  app.post('/oauth2/device', async (request, reply) => {
    const { user_code: userCode, decision } = pageForm.parse(request.body);
    const known =
      decision === 'allow' ? devices.approve(userCode, 'owner') : devices.deny(userCode);
    const words = known
      ? `Done: ${decision}. You may close this page.`
      : 'No such code is waiting.';
    return reply.type('text/html; charset=utf-8').send(`<!doctype html><p>${words}</p>`);
  });
}

const deviceForm = z.object({ client_id: z.string().optional(), scope: z.string().optional() });
const revokeForm = z.object({ client_id: z.string(), token: z.string() });
const userCode = z.string().regex(/^[A-Za-z-]{1,20}$/);
const pageQuery = z.object({ user_code: userCode.default('').catch('') });
const pageForm = z.object({ user_code: userCode, decision: z.enum(['allow', 'deny']) });

/** The fields that xAI's document is known to have (RFC 8414, OpenID Connect Discovery). */
function metadata(issuer: string): object {
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth2/authorize`,
    token_endpoint: `${issuer}/oauth2/token`,
    device_authorization_endpoint: `${issuer}/oauth2/device/code`,
    revocation_endpoint: `${issuer}/oauth2/revoke`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: SCOPES,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token', DEVICE_GRANT],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['ES256'],
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
  };
}

function refused(status: number, error: string): { status: number; body: object } {
  return { status, body: { error } };
}

function page(userCode: string): string {
  return `<!doctype html><meta charset="utf-8"><title>Sandbox sign-in</title>
<h1>Sign in to the sandbox</h1><form method="post">
<label>Code <input name="user_code" value="${userCode}" required></label>
<button name="decision" value="allow">Allow</button>
<button name="decision" value="deny">Deny</button></form>`;
}
