import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
  Locale,
} from 'discord.js';
import { z } from 'zod';

import { wordsFor } from '#port';
import type { ArgumentCommand, MenuCommand } from '#port';

type Words = ReturnType<typeof wordsFor>;

/** What may be chosen is suggested while somebody types; they may write something else. */
const offered = { required: false, autocomplete: true } as const;

/** The slash commands, as Discord lists them to people. */
export const commands: readonly CommandDefinition[] = [
  taking('ask', { name: 'prompt', max_length: 6000 }),
  taking('search', { name: 'question', max_length: 6000 }),
  taking('imagine', { name: 'picture', max_length: 2000 }),
  command('retry'),
  command('undo'),
  command('reset'),
  taking('stop', { name: 'what', max_length: 10, required: false }),
  taking('model', { name: 'name', max_length: 100, ...offered }),
  taking('effort', { name: 'level', max_length: 10, ...offered }),
  taking('persona', { name: 'text', max_length: 2000, ...offered }),
  command('usage'),
  command('status'),
  taking('privacy', { name: 'what', max_length: 10, required: false, choices: ['delete'] }),
  command('export'),
  command('help'),
  taking('allow', { name: 'code', max_length: 100 }),
  taking('deny', { name: 'person', max_length: 120 }),
  command('limits'),
  command('accounts'),
  command('login'),
];

/** Whether Discord has exactly these, apart from what it adds of itself. */
export function areRegistered(registered: unknown): boolean {
  const theirs = z.array(definitionSchema).safeParse(registered);
  const ours = z.array(definitionSchema).parse(commands);
  return theirs.success && canonical(theirs.data) === canonical(ours);
}

const localized = z
  .record(z.string(), z.string())
  .nullish()
  .transform((texts) => texts ?? {});

const definitionSchema = z.object({
  type: z.number().default(1),
  name: z.string(),
  description: z.string(),
  description_localizations: localized,
  options: z
    .array(
      z.object({
        type: z.number(),
        name: z.string(),
        description: z.string(),
        description_localizations: localized,
        required: z.boolean().default(false),
        max_length: z.number().optional(),
        autocomplete: z.literal(true).optional().catch(undefined),
        choices: z.array(z.object({ name: z.string(), value: z.string() })).optional(),
      }),
    )
    .default([]),
  integration_types: z.array(z.number()).default([0]),
  contexts: z
    .array(z.number())
    .nullish()
    .transform((contexts) => contexts ?? []),
});

type CommandDefinition = z.infer<typeof definitionSchema>;

interface Argument {
  readonly name: string;
  readonly max_length: number;
  readonly required?: boolean;
  readonly autocomplete?: true;
  readonly choices?: readonly string[];
}

function command(name: MenuCommand): CommandDefinition {
  return {
    type: ApplicationCommandType.ChatInput,
    name,
    ...described(({ menu }) => menu[name]),
    options: [],
    integration_types: [ApplicationIntegrationType.GuildInstall],
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  };
}

function taking(name: ArgumentCommand, { choices, ...argument }: Argument): CommandDefinition {
  const option = {
    type: ApplicationCommandOptionType.String,
    required: true,
    ...argument,
    ...described(({ menuArguments }) => menuArguments[name]),
    ...(choices === undefined ? {} : { choices: choices.map((value) => ({ name: value, value })) }),
  };
  return { ...command(name), options: [option] };
}

/** In English, and in each of Discord's languages that the program speaks. */
function described(of: (words: Words) => string) {
  const english = of(wordsFor('en'));
  const others = Object.values(Locale).flatMap((locale) => {
    const text = of(wordsFor(locale));
    return text === english ? [] : [[locale, text] as const];
  });
  return { description: english, description_localizations: Object.fromEntries(others) };
}

/** The same text for the same commands, whatever the order of commands, fields and contexts. */
function canonical(definitions: readonly CommandDefinition[]): string {
  return JSON.stringify(sorted(definitions));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => JSON.stringify(sorted(each))).sort(byText);
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => byText(a, b));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}

function byText(a: string, b: string): number {
  return a < b ? -1 : 1;
}
