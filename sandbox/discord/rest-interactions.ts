import type { FastifyInstance } from 'fastify';

import { callbackBody, choicesBody, messageBody, parse } from './bodies.ts';
import type { SandboxMessage } from './entities.ts';
import { changedParts, newParts } from './message-parts.ts';
import { refusals } from './refusal.ts';
import type { Service } from './service.ts';
import { jsonOf } from './uploads.ts';
import { messageOnWire } from './wire-messages.ts';

type CallbackPath = { interaction: string; token: string };
type WebhookPath = { app: string; token: string; message: string };

const ephemeralFlag = 64;

/** The answers to interactions: the first by callback, all others by webhook. */
export function interactionRoutes(api: FastifyInstance, service: Service): void {
  const { interactions, messages, settings } = service;
  const onWire = (message: SandboxMessage) =>
    messageOnWire(message, service, settings.messageContent);
  const config = { open: true, bucket: 'webhook' } as const;

  api.post<{ Params: CallbackPath; Querystring: { with_response?: string } }>(
    '/interactions/:interaction/:token/callback',
    { config: { open: true } },
    async ({ params, query, body: raw }, reply) => {
      const choices = choicesBody.safeParse(jsonOf(raw)).data?.data.choices;
      if (choices !== undefined) {
        const names = choices.map(({ value }) => value);
        interactions.suggest(params.interaction, params.token, names);
        return reply.code(204).send();
      }
      const { type, data } = parse(callbackBody, jsonOf(raw));
      if (type === 6) {
        interactions.acknowledge(params.interaction, params.token);
        return reply.code(204).send();
      }
      const parts = await newParts(data ?? {}, raw, service);
      const message = interactions.answer(params.interaction, params.token, {
        ...parts,
        ...ephemeralOf(parts.flags),
        loading: type === 5,
      });
      if (query.with_response !== 'true') return reply.code(204).send();
      return {
        interaction: {
          id: params.interaction,
          type: 2,
          response_message_id: message.id,
          response_message_loading: message.loading,
          response_message_ephemeral: message.ephemeral,
        },
        resource: { type, message: onWire(message) },
      };
    },
  );

  const checked = <P extends { app: string }>(params: P): P => {
    if (params.app !== settings.botId) throw refusals.unknownWebhook();
    return params;
  };
  api.post<{ Params: WebhookPath }>(
    '/webhooks/:app/:token',
    { config },
    async ({ params, body: raw }) => {
      const { token } = checked(params);
      const body = parse(messageBody, jsonOf(raw));
      const parts = await newParts(body, raw, service);
      return onWire(interactions.followUp(token, { ...parts, ...ephemeralOf(parts.flags) }));
    },
  );
  const path = '/webhooks/:app/:token/messages/:message';
  api.get<{ Params: WebhookPath }>(path, { config }, async ({ params }) => {
    const { token, message } = checked(params);
    return onWire(interactions.message(token, message));
  });
  api.patch<{ Params: WebhookPath }>(path, { config }, async ({ params, body: raw }) => {
    const { token, message } = checked(params);
    const before = interactions.message(token, message);
    const body = parse(messageBody, jsonOf(raw));
    const change = await changedParts(body, raw, before, service);
    return onWire(interactions.edit(token, message, change));
  });
  api.delete<{ Params: WebhookPath }>(path, { config }, async ({ params }, reply) => {
    const { token, message } = checked(params);
    messages.delete(interactions.message(token, message).id);
    return reply.code(204).send();
  });
}

/** Whether only the user who asked sees the message is told by a flag that is none of the rest. */
function ephemeralOf(flags: number): { ephemeral: boolean; flags: number } {
  return { ephemeral: (flags & ephemeralFlag) !== 0, flags: flags & ~ephemeralFlag };
}
