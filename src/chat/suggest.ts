import type { ConversationSettings } from '../conversation-settings.ts';
import type { Words } from '../words.ts';
import type { Insight } from './insight.ts';

/** What may be chosen behind a command, out of which people pick while they type. */
export async function suggestions(
  command: string,
  typed: string,
  {
    insight,
    words,
    settings,
  }: {
    readonly insight: Pick<Insight, 'model' | 'models' | 'efforts'>;
    readonly words: Words;
    readonly settings: () => Promise<ConversationSettings>;
  },
): Promise<readonly string[]> {
  switch (command) {
    case 'model':
      return matching([...(await insight.models()).map(({ id }) => id), 'default'], typed);
    case 'effort': {
      const { model = insight.model } = await settings();
      return matching([...insight.efforts(model), 'default'], typed);
    }
    case 'persona':
      return matching([...words.personas, 'off'], typed);
    default:
      return [];
  }
}

/** What begins with what was typed, then what has it in it. */
function matching(all: readonly string[], typed: string): readonly string[] {
  const part = typed.trim().toLowerCase();
  const found = all.filter((each) => each.toLowerCase().includes(part));
  const isFirst = (each: string) => each.toLowerCase().startsWith(part);
  return [...found.filter(isFirst), ...found.filter((each) => !isFirst(each))].slice(0, most);
}

/** As many as Discord shows. */
const most = 25;
