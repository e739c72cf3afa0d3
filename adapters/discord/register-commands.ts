import { Routes } from 'discord.js';
import { z } from 'zod';

import type { Clock, Logger } from '#port';

import { areRegistered, commands } from './commands.ts';
import { describeTrouble } from './outcome.ts';
import type { Trouble } from './outcome.ts';
import type { DiscordRest } from './rest.ts';

const deadlineMs = 15_000;
const firstPauseMs = 5_000;
const longestPauseMs = 10 * 60_000;

/**
 * Brings the global commands up to date: written only when they differ, since Discord counts creates
 * (200 a day). Tries until it is done or the signal aborts; never rejects. Without it people can
 * still write to the bot.
 */
export async function registerCommands(
  rest: DiscordRest,
  application: string,
  { clock, log }: { clock: Clock; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt += 1) {
    const outcome = await bringUpToDate(rest, application, signal);
    if (outcome.kind === 'ok') {
      if (outcome.changed) log.info({ commands: commands.length }, 'slash commands registered');
      return;
    }
    if (signal.aborted) return;
    const pauseMs = Math.min(longestPauseMs, firstPauseMs * 2 ** attempt);
    log.warn({ why: describeTrouble(outcome), pauseMs }, 'slash commands not registered');
    // Rejects only when the signal aborts, which ends the loop.
    await clock.sleep(pauseMs, signal).catch(() => undefined);
  }
}

async function bringUpToDate(
  rest: DiscordRest,
  application: string,
  signal: AbortSignal,
): Promise<{ kind: 'ok'; changed: boolean } | Trouble> {
  const route = Routes.applicationCommands(application);
  const answer = z.unknown();
  const query = { with_localizations: 'true' };
  const there = await rest.send({ method: 'get', route, query, deadlineMs, answer }, signal);
  if (there.kind !== 'ok') return there;
  if (areRegistered(there.body)) return { kind: 'ok', changed: false };
  const body = commands;
  const written = await rest.send({ method: 'put', route, body, deadlineMs, answer }, signal);
  return written.kind === 'ok' ? { kind: 'ok', changed: true } : written;
}
