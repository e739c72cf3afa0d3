import type { FastifyInstance } from 'fastify';
import { z } from 'zod';

import type { Faults } from '../faults.ts';
import { authenticate, type ApiKeys } from './bearer.ts';
import { type CannedAnswer, undeserializable, unknownModel } from './bodies.ts';
import type { Grants } from './grants.ts';
import { cut, meetFault } from './meet-fault.ts';

const bodySchema = z.looseObject({
  model: z.string(),
  prompt: z.string().min(1),
  n: z.int().min(1).max(10).default(1),
  response_format: z.enum(['url', 'b64_json']).default('url'),
});

const models = new Set(['grok-imagine-image', 'grok-imagine-image-2.0']);

/** A white pixel. */
const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=';

/** `POST /v1/images/generations`: draws everything as one white pixel, at two cents. */
export function serveImages(
  app: FastifyInstance,
  parts: { grants: Grants; apiKeys: ApiKeys; faults: Faults },
): void {
  app.post('/v1/images/generations', async (request, reply) => {
    const refuse = ({ status, body, headers }: CannedAnswer) =>
      reply
        .code(status ?? 200)
        .headers({ 'content-type': 'application/json', ...headers })
        .send(body);
    const { over, fault } = await meetFault(parts.faults, request, reply);
    if (over) return reply;
    const caller = authenticate(request.headers.authorization, parts);
    if (caller.kind === 'refused') return refuse(caller.answer);
    const asked = bodySchema.safeParse(request.body);
    if (!asked.success) return refuse(undeserializable('missing field `prompt`'));
    const { model, n, response_format: format } = asked.data;
    if (!models.has(model)) return refuse(unknownModel(model, caller.teamId));
    if (fault?.kind === 'drop-after') {
      cut(reply);
      return reply;
    }
    const one = format === 'b64_json' ? { b64_json: pixel } : { url: 'https://imgen.x.ai/1.png' };
    return reply.send({
      data: Array.from({ length: n }, () => one),
      usage: { cost_in_usd_ticks: n * 2e8 },
    });
  });
}
