import type { FastifyInstance } from 'fastify';

import { parse } from './bodies.ts';
import { commandBody, commandsBody } from './command-bodies.ts';
import type { Command } from './entities.ts';
import { refusals } from './refusal.ts';
import type { Service } from './service.ts';
import { userOnWire } from './wire-places.ts';

type CommandPath = { app: string; guild?: string; command: string };

/** The bot itself: its gateway, its user, its application, its commands. */
export function applicationRoutes(api: FastifyInstance, service: Service): void {
  const { world, commands, settings } = service;

  const gatewayUrl = () => `${service.origin.replace('http', 'ws')}/gateway`;
  api.get('/gateway', async () => ({ url: gatewayUrl() }));
  api.get('/gateway/bot', async () => ({
    url: gatewayUrl(),
    shards: 1,
    session_start_limit: {
      total: 1000,
      remaining: 1000,
      reset_after: 0,
      max_concurrency: 1,
    },
  }));
  api.get('/users/@me', async () => ({ ...userOnWire(world.bot), verified: true, email: null }));

  const application = async () => applicationOnWire(service);
  api.get('/applications/@me', application);
  api.get('/oauth2/applications/@me', application);

  const ofThis = ({ app, guild }: { app: string; guild?: string }) => {
    if (app !== settings.botId) throw refusals.otherApplication();
    if (guild !== undefined && world.guild(guild) === undefined) throw refusals.missingAccess();
    return guild;
  };
  const onWire = (command: Command) => commandOnWire(command, settings.botId);

  for (const base of ['/applications/:app/commands', '/applications/:app/guilds/:guild/commands']) {
    api.get<{ Params: CommandPath }>(base, async ({ params }) =>
      commands.list(ofThis(params)).map(onWire),
    );
    api.put<{ Params: CommandPath }>(base, async ({ params, body }) =>
      commands.replace(ofThis(params), parse(commandsBody, body)).map(onWire),
    );
    api.post<{ Params: CommandPath }>(base, async ({ params, body }, reply) => {
      const guild = ofThis(params);
      const definition = parse(commandBody, body);
      const isKnown = commands.list(guild).some(({ name }) => name === definition.name);
      void reply.code(isKnown ? 200 : 201);
      return onWire(commands.put(guild, definition));
    });
    api.delete<{ Params: CommandPath }>(`${base}/:command`, async ({ params }, reply) => {
      commands.delete(ofThis(params), params.command);
      return reply.code(204).send();
    });
  }
}

/** The flags say whether the bot may read every message (1 << 19: it has fewer than 100 guilds). */
export function applicationOnWire({ world, settings }: Service) {
  return {
    id: settings.botId,
    name: world.bot.name,
    icon: null,
    description: '',
    summary: '',
    bot_public: false,
    bot_require_code_grant: false,
    verify_key: '0'.repeat(64),
    owner: null,
    team: null,
    bot: userOnWire(world.bot),
    flags: settings.messageContent ? 1 << 19 : 0,
    approximate_guild_count: world.guilds().length,
  };
}

function commandOnWire({ id, guildId, version, definition }: Command, applicationId: string) {
  return {
    default_member_permissions: null,
    dm_permission: true,
    nsfw: false,
    integration_types: [0],
    ...definition,
    id,
    version,
    application_id: applicationId,
    ...(guildId === undefined ? {} : { guild_id: guildId }),
  };
}
