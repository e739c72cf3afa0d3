import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Faults } from '../faults.ts';
import { authenticate, type ApiKeys } from './bearer.ts';
import { unknownModel, type CannedAnswer } from './bodies.ts';
import type { Grants } from './grants.ts';
import { cut, meetFault } from './meet-fault.ts';
import { asLanguageModel, asModel, findModel, MODELS, type Model } from './models.ts';

interface Catalogue {
  grants: Grants;
  apiKeys: ApiKeys;
  faults: Faults;
}

type Accepted = { name: string; teamId: string };

/** What can be looked up: the models, and what the API knows about the credential that asks. */
export function serveCatalogue(app: FastifyInstance, parts: Catalogue): void {
  const look = (
    path: string,
    find: (caller: Accepted, request: FastifyRequest) => object | CannedAnswer,
  ) =>
    app.get(path, async (request, reply) => {
      const { over, fault } = await meetFault(parts.faults, request, reply);
      if (over) return reply;
      if (fault?.kind === 'drop-after') {
        cut(reply);
        return reply;
      }
      const caller = authenticate(request.headers.authorization, parts);
      if (caller.kind === 'refused') return canned(reply, caller.answer);
      const found = find(caller, request);
      return isCanned(found) ? canned(reply, found) : reply.send(found);
    });

  const one = (as: (model: Model) => object) => (caller: Accepted, request: FastifyRequest) => {
    const id = request.url.split('/').at(-1) ?? '';
    const model = findModel(decodeURIComponent(id));
    return model === undefined ? unknownModel(id, caller.teamId) : as(model);
  };

  look('/v1/models', () => ({ object: 'list', data: MODELS.map(asModel) }));
  look('/v1/models/:id', one(asModel));
  look('/v1/language-models', () => ({ models: MODELS.map(asLanguageModel) }));
  look('/v1/language-models/:id', one(asLanguageModel));

  // What an OAuth token gets here is not known; the sandbox tells it its team, too.
  look('/v1/api-key', ({ name, teamId }) => ({
    redacted_api_key: 'xai-...cret',
    name,
    team_id: teamId,
    user_id: teamId,
    acls: ['api-key:endpoint:*', 'api-key:model:*'],
    api_key_id: teamId,
    create_time: '2026-01-01T00:00:00Z',
    modify_time: '2026-01-01T00:00:00Z',
    api_key_blocked: false,
    api_key_disabled: false,
    team_blocked: false,
  }));
}

function isCanned(found: object | CannedAnswer): found is CannedAnswer {
  return 'status' in found && 'body' in found;
}

function canned(reply: FastifyReply, { status, body, headers }: CannedAnswer): FastifyReply {
  return reply
    .code(status ?? 200)
    .headers({ 'content-type': 'application/json', ...headers })
    .send(body);
}
