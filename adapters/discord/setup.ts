import { PermissionFlagsBits, Routes } from 'discord.js';
import { z } from 'zod';

import type { BotReport } from '#port';

import { askIdentity } from './identity.ts';
import { DiscordRest } from './rest.ts';

/** How a person comes by a bot and its token. */
export const discordSteps: readonly string[] = [
  'Open https://discord.com/developers/applications and click New Application; name it, Create.',
  'On the left: Bot. Click Reset Token, Yes, do it!, and Copy.',
  'Leave the three Privileged Gateway Intents off: the bot needs none of them.',
];

/**
 * What Discord says of the bot, and the address that invites it.
 * @throws {BridgeError} `PLATFORM_TOKEN_REJECTED`, `PLATFORM_UNREACHABLE`
 */
export async function inspectBot(
  { apiUrl, token }: { apiUrl: string; token: string },
  signal: AbortSignal,
): Promise<BotReport> {
  using rest = new DiscordRest(apiUrl, token);
  const { name, application } = await askIdentity(rest, token, signal);
  const route = Routes.currentApplication();
  const answer = await rest.send(
    { method: 'get', route, deadlineMs, answer: applicationSchema },
    signal,
  );
  const known = answer.kind === 'ok' ? answer.body : {};
  return {
    name,
    facts: [
      ...(known.approximate_guild_count === undefined
        ? []
        : [`Servers it is in: ${known.approximate_guild_count}.`]),
      `Message Content intent: ${readsAll(known.flags ?? 0) ? 'on, though it need not be' : 'off, as it should be'}. It hears direct messages, its mentions, replies to it and /ask.`,
      ...(known.bot_public === false ? ['Public Bot is off: only you can invite it.'] : []),
    ],
    warnings:
      known.bot_require_code_grant === true
        ? [
            'Requires OAuth2 Code Grant is on, and the invitation fails: switch it off under Bot in the developer portal.',
          ]
        : [],
    links: [{ label: 'Invite it to a server', url: inviteUrl(application) }],
  };
}

/**
 * The address that adds the bot with what it needs to answer, and no more
 * (https://docs.discord.com/developers/topics/oauth2#bot-authorization-flow).
 */
export function inviteUrl(application: string): string {
  const url = new URL('https://discord.com/oauth2/authorize');
  url.searchParams.set('client_id', application);
  url.searchParams.set('scope', 'bot applications.commands');
  url.searchParams.set('permissions', String(permissions));
  return url.href;
}

const permissions =
  PermissionFlagsBits.ViewChannel |
  PermissionFlagsBits.SendMessages |
  PermissionFlagsBits.SendMessagesInThreads |
  PermissionFlagsBits.ReadMessageHistory |
  PermissionFlagsBits.AttachFiles;

const deadlineMs = 15_000;

const applicationSchema = z.object({
  flags: z.int().optional(),
  bot_public: z.boolean().optional(),
  bot_require_code_grant: z.boolean().optional(),
  approximate_guild_count: z.int().optional(),
});

/**
 * GATEWAY_MESSAGE_CONTENT and its form for bots in few servers
 * (https://docs.discord.com/developers/resources/application#application-object-application-flags).
 */
function readsAll(flags: number): boolean {
  return (flags & ((1 << 18) | (1 << 19))) !== 0;
}
