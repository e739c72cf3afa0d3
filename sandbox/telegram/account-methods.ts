import { z } from 'zod';

import { chatId, json, method, type Methods, type World } from './method.ts';
import { chatPayload, userPayload } from './payloads.ts';
import { badRequest } from './refusal.ts';

const menu = z.object({
  scope: json(z.looseObject({ type: z.string() })).default({ type: 'default' }),
  language_code: z.string().default(''),
});

const command = z.object({
  command: z.string().regex(/^[a-z0-9_]{1,32}$/),
  description: z.string().min(1).max(256),
});

/** What a bot asks about itself and its chats. */
export function accountMethods({ bot, chats, commands }: World): Methods {
  return {
    getMe: () => ({
      ...userPayload(bot),
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
      has_topics_enabled: false,
    }),

    getChat: method(z.object({ chat_id: chatId }), ({ chat_id: id }) => ({
      ...chatPayload(chats.open(id)),
      accent_color_id: 0,
      max_reaction_count: 11,
    })),

    setMyCommands: method(
      menu.extend({ commands: json(z.array(z.unknown()).max(100)) }),
      ({ commands: wanted, ...rest }) => {
        const parsed = z.array(command).safeParse(wanted);
        if (!parsed.success) {
          const broken = parsed.error.issues.some(({ path }) => path.at(-1) === 'description');
          throw badRequest(broken ? 'BOT_COMMAND_DESCRIPTION_INVALID' : 'BOT_COMMAND_INVALID');
        }
        commands.set(keyOf(rest), parsed.data);
        return true;
      },
    ),

    getMyCommands: method(menu, (which) => commands.get(keyOf(which)) ?? []),

    deleteMyCommands: method(menu, (which) => {
      commands.delete(keyOf(which));
      return true;
    }),

    // Nobody can press a button here yet, so every press that is answered is one too old.
    answerCallbackQuery: method(z.object({ callback_query_id: z.string() }), () => {
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    }),
  };
}

/** What the menu offers that has no scope and no language. */
export function commandNames({ commands }: Pick<World, 'commands'>): readonly string[] {
  const standard = commands.get(keyOf(menu.parse({}))) ?? [];
  return z
    .array(command)
    .parse(standard)
    .map(({ command: name }) => name);
}

function keyOf({ scope, language_code: language }: z.infer<typeof menu>): string {
  return JSON.stringify([scope, language]);
}
