import type { Api } from 'grammy';

import type { Logger } from '#port';

import { ask } from './bot-api.ts';

const deadlineMs = 10_000;

/** Each command with what Telegram says of it, in English and in Chinese. */
const table = [
  ['ask', 'Ask Grok', '向 Grok 提问'],
  ['search', 'Look it up on the web and on X', '在网络和 X 上查找'],
  ['imagine', 'Have Grok draw a picture', '让 Grok 画一张图'],
  ['retry', 'Ask the last question again', '重新回答上一个问题'],
  ['undo', 'Take the last question and its answer back', '撤回上一个问题及其回答'],
  ['reset', 'Forget this conversation and begin anew', '忘记这个对话，重新开始'],
  ['stop', 'Stop the answer that is being written', '停止正在生成的回答'],
  ['model', 'Show or choose the model that answers here', '查看或选择这里的模型'],
  ['effort', 'Show or choose how long Grok thinks here', '查看或选择思考强度'],
  ['persona', 'Show or choose how Grok is to be here', '查看或选择 Grok 在这里的角色'],
  ['usage', 'What you have used today', '你今天的用量'],
  ['status', 'Whether I can answer', '我能否回答'],
  ['privacy', 'What I keep of this conversation', '这个对话保存了什么'],
  ['export', 'Write this conversation out', '导出这个对话'],
  ['help', 'What I can do', '我能做什么'],
] as const;

/** The commands that Telegram offers while somebody types; a group's bare command is ours if here. */
export const menu = table.map(([command, description]) => ({ command, description }));

const menus = [
  { commands: menu, scope: {} },
  {
    commands: table.map(([command, , description]) => ({ command, description })),
    scope: { language_code: 'zh' as const },
  },
];

/** Registers the menus of which Telegram has others. Failing is harmless, and logged. */
export async function registerMenu(api: Api, log: Logger, signal: AbortSignal): Promise<void> {
  let changed = 0;
  for (const { commands, scope } of menus) {
    const known = await ask((either) => api.getMyCommands(scope, either), deadlineMs, signal);
    if (known.kind === 'ok' && isSame(known.result, commands)) continue;
    const set =
      known.kind === 'ok'
        ? await ask((either) => api.setMyCommands(commands, scope, either), deadlineMs, signal)
        : known;
    if (signal.aborted) return;
    if (set.kind === 'ok') changed += 1;
    else log.warn({ failure: set }, 'command menu not registered');
  }
  if (changed > 0) log.info({ commands: menu.length }, 'command menu registered');
}

interface Entry {
  readonly command: string;
  readonly description: string;
}

function isSame(known: readonly Entry[], ours: readonly Entry[]): boolean {
  return (
    known.length === ours.length &&
    ours.every(({ command, description }, at) => {
      const other = known[at];
      return other?.command === command && other.description === description;
    })
  );
}
