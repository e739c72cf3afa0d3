import type { FastifyInstance } from 'fastify';

import { refusals } from './refusal.ts';
import type { Service } from './service.ts';

interface FilePath {
  channel: string;
  id: string;
  name: string;
}

/** The files of messages, as Discord's content servers give them to anybody who knows the address. */
export function attachmentRoute(app: FastifyInstance, { messages }: Service): void {
  app.get<{ Params: FilePath }>(
    '/attachments/:channel/:id/:name',
    { config: { open: true } },
    async ({ params }, reply) => {
      const file = messages
        .inChannel(params.channel)
        .flatMap(({ attachments }) => attachments)
        .find(({ id, filename }) => id === params.id && filename === params.name);
      if (file === undefined) throw refusals.notFound();
      return reply.type(file.contentType).send(Buffer.from(file.bytes));
    },
  );
}
