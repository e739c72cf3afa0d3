import type { Prompts, Stopping, StopWords, Unfair } from '../../src/chat/prompts.ts';
import type { Prompt } from '../../src/prompt.ts';
import type { Reply } from '../../src/reply.ts';
import type { Standing } from '../../src/standing.ts';

/** Takes prompts and commands into lists, each id once. */
export class MemoryPrompts implements Prompts {
  readonly prompts: Prompt[] = [];
  readonly replies: Reply[] = [];
  readonly resets: string[] = [];
  readonly stops: string[] = [];
  /** How many prompts there may be. */
  most = Infinity;
  /** What it refuses every prompt with. */
  unfair: Unfair | undefined;
  /** What it does now rejects. */
  isAway = false;
  /** Who asks, where that is a condition. */
  standingOf: (person: string) => Promise<Standing> = async () => 'stranger';
  readonly #seen = new Set<string>();
  readonly #told = new Set<string>();

  async enqueue(
    prompt: Prompt,
    words: { readonly busy: string; readonly waiting: string },
    welcome?: readonly Standing[],
  ): Promise<'queued' | 'known' | 'full' | 'unwelcome' | Unfair> {
    if (welcome?.includes(await this.standingOf(prompt.author.id)) === false) return 'unwelcome';
    return this.put(prompt, words);
  }

  /** Whoever asks. */
  async put(
    prompt: Prompt,
    words: { readonly busy: string; readonly waiting: string },
  ): Promise<'queued' | 'known' | 'full' | Unfair> {
    if (!this.#seen.has(prompt.id) && this.unfair !== undefined) return this.unfair;
    if (this.#isKnown(prompt.id)) return 'known';
    const { id, conversation, account, address, receivedAtMs } = prompt;
    if (this.prompts.length >= this.most) {
      const reply = { v: 1, id, anchor: id, conversation, account, address, receivedAtMs } as const;
      this.replies.push({ ...reply, kind: 'words', final: true, text: words.busy });
      return 'full';
    }
    this.prompts.push(prompt);
    return 'queued';
  }

  async say(id: string, reply: Reply): Promise<'done' | 'known'> {
    if (this.#isKnown(id)) return 'known';
    this.replies.push(reply);
    return 'done';
  }

  async sayOnce(
    id: string,
    reply: Reply,
    { what }: { readonly what: string },
  ): Promise<'done' | 'known' | 'hushed'> {
    if (this.#isKnown(id)) return 'known';
    if (this.#told.has(what)) return 'hushed';
    this.#told.add(what);
    this.replies.push(reply);
    return 'done';
  }

  async reset(id: string, conversation: string, reply: Reply): Promise<'done' | 'known'> {
    if (this.#isKnown(id)) return 'known';
    this.resets.push(conversation);
    this.replies.push(reply);
    return 'done';
  }

  async stop(
    id: string,
    conversation: string,
    which: Stopping,
    say: StopWords | null,
  ): Promise<'stopped' | 'nothing' | 'known'> {
    if (this.#isKnown(id)) return 'known';
    this.stops.push(conversation + whose(which));
    const isMeant = (prompt: Prompt) => {
      if (which.kind === 'prompt') return prompt.id === which.prompt;
      if (which.kind === 'author') return prompt.author.id === which.author;
      return prompt.conversation === conversation;
    };
    const outcome = this.prompts.some(isMeant) ? 'stopped' : 'nothing';
    if (say !== null) this.replies.push(say[outcome]);
    return outcome;
  }

  async amend(
    conversation: string,
    address: string,
    text: string | null,
  ): Promise<'changed' | 'dropped' | 'left'> {
    if (this.isAway) throw new Error('Redis is away');
    const at = this.prompts.findIndex(
      (prompt) => prompt.conversation === conversation && prompt.address === address,
    );
    const found = this.prompts[at];
    if (found === undefined) return 'left';
    this.prompts.splice(at, 1, ...(text === null ? [] : [{ ...found, text }]));
    return text === null ? 'dropped' : 'changed';
  }

  #isKnown(id: string): boolean {
    if (this.isAway) throw new Error('Redis is away');
    if (this.#seen.has(id)) return true;
    this.#seen.add(id);
    return false;
  }
}

function whose(which: Stopping): string {
  switch (which.kind) {
    case 'head':
      return '';
    case 'prompt':
      return ` ${which.prompt}`;
    case 'author':
      return ` of ${which.author}`;
  }
}
