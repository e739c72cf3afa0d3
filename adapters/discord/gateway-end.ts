import { DiscordjsError, DiscordjsErrorCodes } from 'discord.js';

import { BridgeError } from '#port';

import { tokenRejected } from './identity.ts';

/**
 * What a close of the gateway means that Discord does not allow to be followed by a reconnect
 * (https://docs.discord.com/developers/topics/opcodes-and-status-codes#gateway-gateway-close-event-codes);
 * undefined for all others.
 */
export function fatalClose(code: number): BridgeError | undefined {
  switch (code) {
    case 4004:
      return tokenRejected('Discord’s gateway does not accept DISCORD_TOKEN (close code 4004)');
    case 4014:
    case 4013:
      return new BridgeError(
        'PLATFORM_INTENT_MISSING',
        `Discord’s gateway does not grant the intents that were asked for (close code ${code}). ` +
          'Guilds, GuildMessages and DirectMessages need no approval: look at the application at ' +
          'https://discord.com/developers/applications → Bot, whether Discord has restricted it.',
      );
    case 4011:
      return new BridgeError(
        'PLATFORM_UNREACHABLE',
        'Discord’s gateway asks for sharding (close code 4011): the bot is in more servers than one ' +
          'connection may serve (2,500). Remove it from some; this adapter opens one connection.',
      );
    case 4010:
    case 4012:
      return new BridgeError(
        'PLATFORM_UNREACHABLE',
        `Discord’s gateway refused the connection for good (close code ${code}). This version of ` +
          'the program is too old for Discord: update it.',
      );
    default:
      return undefined;
  }
}

/** For a gateway of which nothing is heard, however often it is connected to. */
export function tooSilent(giveUpMs: number): BridgeError {
  return new BridgeError(
    'PLATFORM_UNREACHABLE',
    `Nothing was heard of Discord’s gateway for ${Math.round(giveUpMs / 1_000)} s, on several ` +
      'connections. The process ends so that its supervisor starts a new one; check the network.',
  );
}

/** The same for a login that failed before the gateway was reached. */
export function fatalLogin(error: unknown): BridgeError | undefined {
  const rejected =
    error instanceof DiscordjsError && error.code === DiscordjsErrorCodes.TokenInvalid;
  return rejected
    ? tokenRejected('Discord does not accept DISCORD_TOKEN (401 for GET /gateway/bot)')
    : undefined;
}
