import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  ApplicationIntegrationType,
  InteractionContextType,
} from 'discord.js';
import { z } from 'zod';

/** The slash commands, as Discord lists them to people. */
export const commands: readonly CommandDefinition[] = [
  command('ask', 'Ask Grok', '向 Grok 提问', [
    option('prompt', 'What you want to know', '你想问什么', 6000),
  ]),
  command('reset', 'Start a new conversation here', '在这里开始新的对话'),
  command('stop', 'Stop the answer that is being written', '停止正在写的回答', [
    {
      ...option('what', '“all”: whatever you have asked here', '“all”：你在这里的所有提问', 10),
      required: false,
    },
  ]),
  command('help', 'What this bot can do', '这个机器人能做什么'),
  command('allow', 'Let somebody talk with the bot (owners)', '允许某人使用机器人（仅限所有者）', [
    option('code', 'The code that the person was given', '对方得到的代码', 100),
  ]),
];

/** Whether Discord has exactly these, apart from what it adds of itself. */
export function areRegistered(registered: unknown): boolean {
  const theirs = z.array(definitionSchema).safeParse(registered);
  return theirs.success && canonical(theirs.data) === canonical(commands);
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
type CommandOption = CommandDefinition['options'][number];

function command(
  name: string,
  description: string,
  chinese: string,
  options: CommandOption[] = [],
): CommandDefinition {
  return {
    type: ApplicationCommandType.ChatInput,
    name,
    description,
    description_localizations: inChinese(chinese),
    options,
    integration_types: [ApplicationIntegrationType.GuildInstall],
    contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
  };
}

function option(
  name: string,
  description: string,
  chinese: string,
  maxLength: number,
): CommandOption {
  return {
    type: ApplicationCommandOptionType.String,
    name,
    description,
    description_localizations: inChinese(chinese),
    required: true,
    max_length: maxLength,
  };
}

function inChinese(text: string): Record<string, string> {
  return { 'zh-CN': text, 'zh-TW': text };
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
