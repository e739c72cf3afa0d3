import type { PromptCommand } from '../../sandbox/prompt-commands.ts';
import type { Visitor } from '../../sandbox/visitor.ts';
import type { Playground } from '../console/playground.ts';
import { BridgeError } from '../errors.ts';

/** How much of a chat is shown. */
const messages = 100;

/** The sandbox, as the console's playground plays with it. */
export function playgroundOf(
  visitor: Pick<Visitor, 'say' | 'chat' | 'watch'>,
  commands: readonly PromptCommand[],
): Playground {
  return {
    chats: ['discord', 'telegram'],
    deeds: commands.map(({ name, label, help, group }) => ({ name, label, help, group })),
    messages: (chat) => visitor.chat(chat).slice(-messages),
    say: (chat, text) => visitor.say(chat, text),
    run: async (deed) => {
      const command = commands.find(({ name }) => name === deed);
      if (command === undefined) throw new BridgeError('CONFIG_INVALID', 'there is no such deed');
      return command.run();
    },
    watch: (look) => visitor.watch(look),
  };
}
