import type {
  AskedAgain,
  Conversations,
  Kept,
  SettingsChange,
  Spoken,
} from '../../src/chat/conversations.ts';
import type { ConversationSettings } from '../../src/conversation-settings.ts';
import type { Prompt } from '../../src/prompt.ts';
import type { Reply } from '../../src/reply.ts';
import type { MemoryPrompts } from './memory-prompts.ts';

/** What is kept of one conversation, in memory; replies and ids are those of the prompts. */
export class MemoryConversations implements Conversations {
  readonly forgotten: string[] = [];
  spoken: Spoken[] = [];
  summary: string | undefined;
  chosen: Record<string, string> = {};
  last: Prompt | undefined;
  readonly #prompts: MemoryPrompts;

  constructor(prompts: MemoryPrompts) {
    this.#prompts = prompts;
  }

  async settings(): Promise<ConversationSettings> {
    return this.chosen;
  }

  async kept(): Promise<Kept> {
    return { exchanges: this.spoken, summary: this.summary };
  }

  async change(
    id: string,
    _conversation: string,
    changes: SettingsChange,
    reply: Reply,
  ): Promise<'done' | 'known'> {
    const said = await this.#prompts.say(id, reply);
    if (said === 'known') return said;
    const entries = Object.entries({ ...this.chosen, ...changes });
    const whole = entries.flatMap(([field, value]) => (value === null ? [] : [[field, value]]));
    this.chosen = Object.fromEntries(whole);
    return said;
  }

  async retry(again: AskedAgain, words: { readonly busy: string; readonly waiting: string }) {
    const { only, address = this.last?.address ?? '', ...more } = again;
    if (this.last === undefined || (only ?? this.last.id) !== this.last.id) return 'none' as const;
    return this.#prompts.put({ ...this.last, ...more, address }, words);
  }

  async undo(
    id: string,
    _conversation: string,
    say: { readonly undone: (prompt: string) => Reply; readonly nothing: Reply },
  ): Promise<'done' | 'known'> {
    const newest = this.spoken.at(-1);
    const reply = newest === undefined ? say.nothing : say.undone(newest.prompt);
    const said = await this.#prompts.say(id, reply);
    if (said === 'done') this.spoken = this.spoken.slice(0, -1);
    return said;
  }

  async forget(
    id: string,
    conversation: string,
    person: string,
    reply: Reply,
  ): Promise<'done' | 'known'> {
    const said = await this.#prompts.say(id, reply);
    if (said === 'done') this.forgotten.push(`${conversation} ${person}`);
    return said;
  }
}
