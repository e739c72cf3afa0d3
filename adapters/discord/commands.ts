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
  command('search', 'Ask Grok to look it up on the web and on X', '让 Grok 在网络和 X 上查找', [
    option('question', 'What you want to know', '你想知道什么', 6000),
  ]),
  command('imagine', 'Have Grok draw a picture', '让 Grok 画一张图', [
    option('picture', 'What it shows', '画面内容', 2000),
  ]),
  command('retry', 'Ask the last question again', '重新回答上一个问题'),
  command('undo', 'Take the last question and its answer back', '撤回上一个问题及其回答'),
  command('reset', 'Start a new conversation here', '在这里开始新的对话'),
  command('stop', 'Stop the answer that is being written', '停止正在写的回答', [
    maybe(option('what', '“all”: whatever you have asked here', '“all”：你在这里的所有提问', 10)),
  ]),
  command('model', 'Show or choose the model that answers here', '查看或选择这里的模型', [
    offered(maybe(option('name', 'Its name, or “default”', '模型名称，或“default”', 100))),
  ]),
  command('effort', 'Show or choose how long Grok thinks here', '查看或选择思考强度', [
    offered(maybe(option('level', 'How long', '强度', 10))),
  ]),
  command('persona', 'Show or choose how Grok is to be here', '查看或选择 Grok 在这里的角色', [
    offered(maybe(option('text', 'Who or how to be, or “off”', '角色描述，或“off”', 2000))),
  ]),
  command('usage', 'What you have used today', '你今天的用量'),
  command('status', 'Whether the bot can answer', '机器人能否回答'),
  command('privacy', 'What is kept of this conversation', '这个对话保存了什么', [
    { ...maybe(option('what', 'Delete it', '将其删除', 10)), choices: choices('delete') },
  ]),
  command('export', 'Write this conversation out', '导出这个对话'),
  command('help', 'What this bot can do', '这个机器人能做什么'),
  command('allow', 'Let somebody talk with the bot (owners)', '允许某人使用机器人（仅限所有者）', [
    option('code', 'Their code or id', '对方的代码或编号', 100),
  ]),
  command('deny', 'Shut somebody out (owners)', '禁止某人使用机器人（仅限所有者）', [
    option(
      'person',
      'Their id, such as discord:123, or code',
      '对方的编号（如 discord:123）或代码',
      120,
    ),
  ]),
  command('limits', 'What each person may use (owners)', '每个人的限额（仅限所有者）'),
  command('accounts', 'The Grok accounts (owners)', 'Grok 账户（仅限所有者）'),
  command('login', 'Sign in to Grok, in private (owners)', '登录 Grok，仅限私聊（仅限所有者）'),
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

function maybe(required: CommandOption): CommandOption {
  return { ...required, required: false };
}

/** What may be chosen is suggested while somebody types; they may write something else. */
function offered(plain: CommandOption): CommandOption {
  return { ...plain, autocomplete: true };
}

function choices(...names: string[]): { name: string; value: string }[] {
  return names.map((name) => ({ name, value: name }));
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
