import { InteractionResponseType, Routes } from 'discord.js';
import { z } from 'zod';

import type { Intake, Logger } from '#port';

import { placesOf } from './message.ts';
import { describeTrouble } from './outcome.ts';
import type { AutocompletePayload } from './payloads.ts';
import { nameOf } from './readable.ts';
import type { DiscordRest } from './rest.ts';

/** Discord waits 3 s for an answer, and shows nothing when none comes. */
const suggestDeadlineMs = 1_500;
const answerDeadlineMs = 1_200;
/** https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-response-object-autocomplete */
const mostChoices = 25;
const longestChoice = 100;

/** Answers somebody who types behind a command with what they may choose. Never rejects. */
export async function answerAutocomplete(
  asked: AutocompletePayload,
  { rest, intake, log }: { rest: DiscordRest; intake: Intake; log: Logger },
  signal: AbortSignal,
): Promise<void> {
  const names = await suggested(asked, intake, signal).catch((err: unknown) => {
    log.debug({ err }, 'nothing to suggest');
    return [];
  });
  const choices = names
    .filter((name) => name.length <= longestChoice)
    .slice(0, mostChoices)
    .map((name) => ({ name, value: name }));
  const answer = await rest.send(
    {
      method: 'post',
      route: Routes.interactionCallback(asked.id, asked.token),
      body: {
        type: InteractionResponseType.ApplicationCommandAutocompleteResult,
        data: { choices },
      },
      auth: false,
      deadlineMs: answerDeadlineMs,
      answer: z.unknown(),
    },
    signal,
  );
  if (answer.kind !== 'ok') log.debug({ why: describeTrouble(answer) }, 'suggestions not shown');
}

async function suggested(
  asked: AutocompletePayload,
  intake: Intake,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { channel_id: channel, guild_id: guild, member, data } = asked;
  const user = member?.user ?? asked.user;
  const typed = data.options.find(({ focused }) => focused === true)?.value;
  if (user === undefined || intake.suggest === undefined) return [];
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(suggestDeadlineMs)]);
  const late = new Promise<never>((_, reject) => {
    inTime.addEventListener('abort', () => reject(inTime.reason), { once: true });
  });
  const suggesting = intake.suggest(
    {
      conversation: channel,
      isPrivate: guild === undefined,
      author: { id: `discord:${user.id}`, name: nameOf(user, member), locale: asked.locale },
      places: placesOf({
        guild,
        channel,
        parent: asked.channel?.parent_id ?? undefined,
        roles: member?.roles ?? [],
      }),
      command: data.name,
      text: String(typed ?? ''),
    },
    inTime,
  );
  return Promise.race([suggesting, late]);
}
